package mountagent.meta.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.DentryKey;
import mountagent.base.FsException;
import mountagent.meta.ChunkKey;
import mountagent.meta.Counter;
import mountagent.meta.Dentry;
import mountagent.meta.DirStat;
import mountagent.meta.IdKind;
import mountagent.meta.LockOwner;
import mountagent.meta.LockType;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.PosixLock;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.SessionRecord;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.meta.codec.LockCodec;
import mountagent.meta.codec.SliceCodec;
import mountagent.meta.codec.TypeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Applies the mutations of one transaction to the tables; what they add to sums goes to a [Deltas].
///
/// A mutation that does not fit what is stored (an entry made twice, a node changed that is not there) is a fault of
/// whoever left it and ends in an [IllegalStateException]; the caller then takes the transaction back.
final class Changes {
    private static final Logger LOG = LoggerFactory.getLogger(Changes.class);

    /// No count of references: no transaction can add up to it.
    private static final long UNKNOWN = Long.MIN_VALUE;

    private final SqliteConnection connection;
    private final Deltas deltas;

    Changes(SqliteConnection connection, Deltas deltas) {
        this.connection = connection;
        this.deltas = deltas;
    }

    void apply(Mutation mutation) throws SQLException, FsException {
        switch (mutation) {
            case Mutation.CreateNode(long inode, Node node) ->
                add(NodeRow.bind(connection.prepare(Query.ADD_NODE), inode, node), mutation);
            case Mutation.UpdateNode(long inode, Node node) ->
                update(NodeRow.bind(connection.prepare(Query.UPDATE_NODE), inode, node), mutation);
            case Mutation.RemoveNode(long inode) -> remove(Query.REMOVE_NODE, inode);
            case Mutation.TouchDirectory touch -> touch(touch);
            case Mutation.CreateDentry(DentryKey key, Dentry dentry) -> createDentry(key, dentry, mutation);
            case Mutation.ReplaceDentry(DentryKey key, Dentry dentry) -> replaceDentry(key, dentry, mutation);
            case Mutation.RemoveDentry(DentryKey key) ->
                at(Query.REMOVE_DENTRY, key).change();
            case Mutation.CreateSymlink(long inode, var target) ->
                add(connection.prepare(Query.ADD_SYMLINK).set(inode).set(target.toArray()), mutation);
            case Mutation.RemoveSymlink(long inode) -> remove(Query.REMOVE_SYMLINK, inode);
            case Mutation.PutXattr(var key, var value) ->
                connection
                        .prepare(Query.PUT_XATTR)
                        .set(key.inode())
                        .set(key.name())
                        .set(value.toArray())
                        .change();
            case Mutation.RemoveXattr(var key) ->
                connection
                        .prepare(Query.REMOVE_XATTR)
                        .set(key.inode())
                        .set(key.name())
                        .change();
            case Mutation.RemoveXattrs(long inode) -> remove(Query.REMOVE_XATTRS, inode);
            // Entries are found by inode: there is nothing to count.
            case Mutation.AddParentLink _, Mutation.RemoveParentLinks _ -> {}
            case Mutation.AppendSlice append -> append(append);
            case Mutation.AppendToExisting append -> appendToExisting(append);
            case Mutation.ReplaceSlices replace -> replaceSlices(replace);
            case Mutation.RemoveChunk(ChunkKey chunk) -> remove(Query.REMOVE_CHUNK, chunk.inode(), chunk.index());
            case Mutation.CreateSliceRefs(SliceKey slice, long refs) ->
                add(of(Query.ADD_SLICE, slice.id(), slice.size(), refs), mutation);
            case Mutation.AddSliceRefs add -> addSliceRefs(add);
            case Mutation.RemoveSliceRefs(SliceKey slice) -> remove(Query.REMOVE_SLICE, slice.id());
            case Mutation.PutDelayedSlices(long id, long time, List<SliceKey> slices) ->
                add(of(Query.ADD_DELAYED, id, time).set(SliceCodec.encodeKeys(slices)), mutation);
            case Mutation.RemoveDelayedSlices(long id, long time) -> remove(Query.REMOVE_DELAYED, id, time);
            case Mutation.AddCounter(Counter counter, long delta) -> deltas.add(counter, delta);
            case Mutation.PutCounter(Counter counter, long value) -> putCounter(counter, value);
            case Mutation.PutDirStat(long directory, DirStat stat) -> putDirStat(directory, stat);
            case Mutation.AddDirStat(long directory, DirStat delta) -> deltas.add(directory, delta);
            case Mutation.RemoveDirStat(long directory) -> removeDirStat(directory);
            case Mutation.AddQuotaUsage(QuotaKey key, long space, long inodes) ->
                deltas.add(key, new Deltas.Usage(space, inodes));
            case Mutation.PutQuota(QuotaKey key, Quota quota) -> putQuota(key, quota);
            case Mutation.RemoveQuota(QuotaKey key) -> removeQuota(key);
            case Mutation.RaiseNextId(IdKind kind, long next) -> raise(kind, next);
            case Mutation.PutDeletedFile(long inode, long length, long time) ->
                of(Query.PUT_DELETED_FILE, inode, length, time).change();
            case Mutation.RemoveDeletedFile(long inode, long _) -> remove(Query.REMOVE_DELETED_FILE, inode);
            case Mutation.PutDetachedNode(long inode, long time) ->
                of(Query.PUT_DETACHED, inode, time).change();
            case Mutation.RemoveDetachedNode(long inode) -> remove(Query.REMOVE_DETACHED, inode);
            case Mutation.PutSustained(long session, long inode) ->
                of(Query.PUT_SUSTAINED, session, inode).change();
            case Mutation.RemoveSustained(long session, long inode) -> remove(Query.REMOVE_SUSTAINED, session, inode);
            case Mutation.PutSession(SessionRecord session) ->
                of(Query.PUT_SESSION, session.id(), session.expire())
                        .set(session.info().toArray())
                        .change();
            case Mutation.RemoveSession(long session) -> remove(Query.REMOVE_SESSION, session);
            case Mutation.PutFlock(long inode, LockOwner owner, LockType type) ->
                of(Query.PUT_FLOCK, inode, owner.session(), owner.owner(), Answers.stored(type))
                        .change();
            case Mutation.RemoveFlock(long inode, LockOwner owner) ->
                remove(Query.REMOVE_FLOCK, inode, owner.session(), owner.owner());
            case Mutation.PutPosixLocks(long inode, LockOwner owner, List<PosixLock> locks) ->
                putPosixLocks(inode, owner, locks);
            case Mutation.PutAcl(int id, var rule) -> AclRow.put(connection, id, rule);
            case Mutation.PutSetting(String document) -> putSetting(document);
        }
    }

    private Prepared of(Query query, long... values) throws SQLException {
        Prepared statement = connection.prepare(query);
        for (long value : values) {
            statement.set(value);
        }
        return statement;
    }

    private void remove(Query query, long... keys) throws SQLException, FsException {
        of(query, keys).change();
    }

    private static void add(Prepared statement, Mutation mutation) throws SQLException, FsException {
        try {
            statement.change();
        } catch (SQLException e) {
            if (SqlErrors.isConstraint(e)) {
                throw new IllegalStateException("something is in the way of " + mutation, e);
            }
            throw e;
        }
    }

    private static void update(Prepared statement, Mutation mutation) throws SQLException, FsException {
        if (statement.change() == 0) {
            throw new IllegalStateException("nothing is there for " + mutation);
        }
    }

    private void touch(Mutation.TouchDirectory touch) throws SQLException, FsException {
        long micros = NodeRow.micros(touch.time());
        long rest = NodeRow.rest(touch.time());
        update(of(Query.TOUCH_DIRECTORY, touch.nlinkDelta(), micros, micros, rest, rest, touch.directory()), touch);
    }

    private Prepared at(Query query, DentryKey key) throws SQLException {
        return connection.prepare(query).set(key.parent()).set(key.name());
    }

    private void createDentry(DentryKey key, Dentry dentry, Mutation mutation) throws SQLException, FsException {
        add(at(Query.ADD_DENTRY, key).set(dentry.inode()).set(TypeCode.of(dentry.type())), mutation);
    }

    private void replaceDentry(DentryKey key, Dentry dentry, Mutation mutation) throws SQLException, FsException {
        Prepared statement = of(Query.REPLACE_DENTRY, dentry.inode(), TypeCode.of(dentry.type()));
        update(statement.set(key.parent()).set(key.name()), mutation);
    }

    private void append(Mutation.AppendSlice append) throws SQLException, FsException {
        ChunkKey chunk = append.chunk();
        Prepared statement =
                of(Query.APPEND_SLICE, chunk.inode(), chunk.index()).set(SliceCodec.encode(append.slice()));
        append.count().set((int) (statement.numberOr(0) / SliceCodec.RECORD_BYTES));
    }

    private void appendToExisting(Mutation.AppendToExisting append) throws SQLException, FsException {
        connection
                .prepare(Query.APPEND_TO_EXISTING)
                .set(SliceCodec.encode(append.slice()))
                .set(append.inode())
                .set(append.from())
                .set(append.to())
                .change();
    }

    private void replaceSlices(Mutation.ReplaceSlices replace) throws SQLException, FsException {
        ChunkKey chunk = replace.chunk();
        List<Slice> slices = new ArrayList<>(new Answers(connection, deltas).slices(chunk));
        List<Slice> replaced = slices.subList(replace.from(), replace.from() + replace.count());
        replaced.clear();
        replaced.addAll(replace.replacement());
        if (slices.isEmpty()) {
            remove(Query.REMOVE_CHUNK, chunk.inode(), chunk.index());
        } else {
            Prepared statement = connection.prepare(Query.UPDATE_CHUNK).set(SliceCodec.encode(slices));
            update(statement.set(chunk.inode()).set(chunk.index()), replace);
        }
    }

    /// A slice that nothing is known about is left alone and said to be in use: its blocks may belong to somebody, and
    /// a check of the volume tells.
    private void addSliceRefs(Mutation.AddSliceRefs add) throws SQLException, FsException {
        long refs = of(Query.ADD_SLICE_REFS, add.delta(), add.slice().id()).numberOr(UNKNOWN);
        if (refs == UNKNOWN && add.delta() > 0) {
            add(of(Query.ADD_SLICE, add.slice().id(), add.slice().size(), add.delta()), add);
            refs = add.delta();
        } else if (refs == UNKNOWN) {
            LOG.warn(
                    "slice {} has no count of references: its blocks are kept",
                    add.slice().id());
            refs = 1;
        }
        add.refs().set(refs);
    }

    private void putCounter(Counter counter, long value) throws SQLException, FsException {
        deltas.replace(counter);
        connection
                .prepare(Query.PUT_COUNTER)
                .set(CounterName.of(counter))
                .set(value)
                .change();
    }

    private void putDirStat(long directory, DirStat stat) throws SQLException, FsException {
        deltas.replaceDirStat(directory);
        of(Query.PUT_DIR_STAT, directory, stat.length(), stat.space(), stat.inodes())
                .change();
    }

    private void removeDirStat(long directory) throws SQLException, FsException {
        deltas.replaceDirStat(directory);
        remove(Query.REMOVE_DIR_STAT, directory);
    }

    private void putQuota(QuotaKey key, Quota quota) throws SQLException, FsException {
        deltas.replace(key);
        boolean directory = key.kind() == QuotaKey.Kind.DIRECTORY;
        Prepared statement = connection.prepare(directory ? Query.PUT_DIR_QUOTA : Query.PUT_OWNER_QUOTA);
        QuotaRow.bind(statement, key)
                .set(quota.maxSpace())
                .set(quota.maxInodes())
                .set(quota.usedSpace())
                .set(quota.usedInodes())
                .change();
    }

    private void removeQuota(QuotaKey key) throws SQLException, FsException {
        deltas.replace(key);
        boolean directory = key.kind() == QuotaKey.Kind.DIRECTORY;
        Prepared statement = connection.prepare(directory ? Query.REMOVE_DIR_QUOTA : Query.REMOVE_OWNER_QUOTA);
        QuotaRow.bind(statement, key).change();
    }

    private void putPosixLocks(long inode, LockOwner owner, List<PosixLock> locks) throws SQLException, FsException {
        if (locks.isEmpty()) {
            remove(Query.REMOVE_POSIX_LOCKS, inode, owner.session(), owner.owner());
        } else {
            of(Query.PUT_POSIX_LOCKS, inode, owner.session(), owner.owner())
                    .set(LockCodec.encode(locks))
                    .change();
        }
    }

    /// With its first setting a volume gets the counters that the official client expects to be there.
    private void putSetting(String document) throws SQLException, FsException {
        connection.prepare(Query.PUT_SETTING).set(document).change();
        for (IdKind kind : List.of(IdKind.INODE, IdKind.SLICE, IdKind.SESSION)) {
            start(CounterName.of(kind), CounterName.start(kind));
        }
        for (Counter counter : List.of(Counter.USED_SPACE, Counter.TOTAL_INODES, Counter.LAST_CLEANUP_SLICES)) {
            start(CounterName.of(counter), 0);
        }
    }

    /// What is stored is the next free id of some sequences and the last one drawn of others.
    private void raise(IdKind kind, long next) throws SQLException, FsException {
        if (kind == IdKind.ACL) {
            AclRow.setLast(connection, Math.max(AclRow.last(connection), next - 1));
            return;
        }
        long value = next - CounterName.ahead(kind);
        long stored =
                connection.prepare(Query.COUNTER).set(CounterName.of(kind)).numberOr(CounterName.start(kind));
        if (value > stored) {
            connection
                    .prepare(Query.PUT_COUNTER)
                    .set(CounterName.of(kind))
                    .set(value)
                    .change();
        }
    }

    private void start(String counter, long value) throws SQLException, FsException {
        connection.prepare(Query.START_COUNTER).set(counter).set(value).change();
    }
}
