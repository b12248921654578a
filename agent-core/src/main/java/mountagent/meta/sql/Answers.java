package mountagent.meta.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.meta.AclRule;
import mountagent.meta.ChunkKey;
import mountagent.meta.Counter;
import mountagent.meta.Dentry;
import mountagent.meta.DirStat;
import mountagent.meta.IdKind;
import mountagent.meta.Item;
import mountagent.meta.LockOwner;
import mountagent.meta.LockType;
import mountagent.meta.Node;
import mountagent.meta.PosixLock;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.SessionRecord;
import mountagent.meta.Slice;
import mountagent.meta.XattrKey;
import mountagent.meta.codec.LockCodec;
import mountagent.meta.codec.SliceCodec;
import mountagent.meta.codec.TypeCode;
import org.jspecify.annotations.Nullable;

/// Answers items from the tables, one statement each. Sums that a batch has not written yet are added.
final class Answers {
    private static final int READ_LOCK = 'R';
    private static final int WRITE_LOCK = 'W';

    private final SqliteConnection connection;
    private final Deltas pending;

    Answers(SqliteConnection connection, Deltas pending) {
        this.connection = connection;
        this.pending = pending;
    }

    /// An entry and the node it points to, read together.
    record Found(Dentry dentry, @Nullable Node node) {}

    /// The answer to an item.
    @Nullable
    Object find(Item<?> item) throws SQLException, FsException {
        return switch (item) {
            case Item.NodeOf(long inode) -> node(inode);
            case Item.DentryAt(DentryKey key) -> dentry(key);
            case Item.HasEntries(long directory) -> exists(Query.HAS_ENTRIES, directory);
            case Item.SlicesOf(ChunkKey chunk) -> slices(chunk);
            case Item.Chunks(long inode, int from, int to) -> chunks(inode, from, to);
            case Item.SymlinkOf(long inode) ->
                valueOrNull(connection.prepare(Query.SYMLINK).set(inode));
            case Item.XattrOf(XattrKey key) ->
                valueOrNull(connection.prepare(Query.XATTR).set(key.inode()).set(key.name()));
            case Item.XattrNames(long inode) -> xattrNames(inode);
            case Item.ParentLinks(long inode) -> parentLinks(inode);
            case Item.Ancestors(long directory) -> ancestors(directory);
            case Item.SliceRefs(var slice) ->
                connection.prepare(Query.SLICE_REFS).set(slice.id()).numberOr(0);
            case Item.Flocks(long inode) -> flocks(inode);
            case Item.PosixLocks(long inode) -> posixLocks(inode);
            case Item.CounterOf(Counter counter) -> counter(CounterName.of(counter), 0) + pending.pending(counter);
            case Item.NextId(var kind) -> nextId(kind);
            case Item.DirStatOf(long directory) -> dirStat(directory);
            case Item.QuotaOf(QuotaKey key) -> quota(key);
            case Item.SessionOf(long session) -> session(session);
            case Item.IsSustained(long session, long inode) -> exists(Query.IS_SUSTAINED, session, inode);
            case Item.IsDelayed(long id, long time) -> exists(Query.IS_DELAYED, id, time);
            case Item.AclOf(int id) -> acl(id);
            case Item.Setting() -> setting();
        };
    }

    /// An entry with its node, or null when there is no entry.
    @Nullable
    Found dentryAndNode(DentryKey key) throws SQLException, FsException {
        Prepared statement =
                connection.prepare(Query.DENTRY_AND_NODE).set(key.parent()).set(key.name());
        try (Rows rows = statement.rows()) {
            if (!rows.next()) {
                return null;
            }
            Dentry dentry = new Dentry(rows.number(1), TypeCode.type(rows.bits(2)));
            return new Found(dentry, rows.number(3) == 0 ? null : NodeRow.read(dentry.inode(), rows, 4));
        }
    }

    /// A node and the records of one of its chunks, read together; those are not decoded yet.
    record NodeAndChunk(@Nullable Node node, byte[] slices) {}

    NodeAndChunk nodeAndChunk(ChunkKey chunk) throws SQLException, FsException {
        Prepared statement =
                connection.prepare(Query.NODE_AND_CHUNK).set(chunk.index()).set(chunk.inode());
        try (Rows rows = statement.rows()) {
            if (!rows.next()) {
                return new NodeAndChunk(null, new byte[0]);
            }
            Node node = NodeRow.read(chunk.inode(), rows, 1);
            return new NodeAndChunk(node, rows.bytes(1 + NodeRow.COLUMNS));
        }
    }

    private @Nullable Node node(long inode) throws SQLException, FsException {
        try (Rows rows = connection.prepare(Query.NODE).set(inode).rows()) {
            return rows.next() ? NodeRow.read(inode, rows, 1) : null;
        }
    }

    private @Nullable Dentry dentry(DentryKey key) throws SQLException, FsException {
        Prepared statement = connection.prepare(Query.DENTRY).set(key.parent()).set(key.name());
        try (Rows rows = statement.rows()) {
            return rows.next() ? new Dentry(rows.number(1), TypeCode.type(rows.bits(2))) : null;
        }
    }

    private boolean exists(Query query, long... keys) throws SQLException, FsException {
        Prepared statement = connection.prepare(query);
        for (long key : keys) {
            statement.set(key);
        }
        return statement.numberOr(0) != 0;
    }

    /// The records of a chunk.
    List<Slice> slices(ChunkKey chunk) throws SQLException, FsException {
        Prepared statement = connection.prepare(Query.CHUNK).set(chunk.inode()).set(chunk.index());
        try (Rows rows = statement.rows()) {
            return rows.next() ? decode(chunk, rows.bytes(1)) : List.of();
        }
    }

    private Map<Integer, List<Slice>> chunks(long inode, int from, int to) throws SQLException, FsException {
        Map<Integer, List<Slice>> found = new TreeMap<>();
        try (Rows rows =
                connection.prepare(Query.CHUNKS).set(inode).set(from).set(to).rows()) {
            while (rows.next()) {
                int index = rows.bits(1);
                found.put(index, decode(new ChunkKey(inode, index), rows.bytes(2)));
            }
        }
        return found;
    }

    /// The records of a chunk; EIO, naming it, when they cannot be understood.
    static List<Slice> decode(ChunkKey chunk, byte[] stored) throws FsException {
        try {
            return List.copyOf(SliceCodec.decodeAll(stored));
        } catch (FsException e) {
            throw new FsException(
                    Errno.EIO,
                    "chunk " + chunk.index() + " of inode " + chunk.inode() + " is corrupt: " + e.getMessage(),
                    e);
        }
    }

    private static @Nullable Bytes valueOrNull(Prepared statement) throws SQLException, FsException {
        try (Rows rows = statement.rows()) {
            return rows.next() ? rows.value(1) : null;
        }
    }

    private List<FileName> xattrNames(long inode) throws SQLException, FsException {
        List<FileName> names = new ArrayList<>();
        try (Rows rows = connection.prepare(Query.XATTR_NAMES).set(inode).rows()) {
            while (rows.next()) {
                names.add(FileName.wrap(rows.bytes(1)));
            }
        }
        return names;
    }

    private Map<Long, Integer> parentLinks(long inode) throws SQLException, FsException {
        Map<Long, Integer> links = new HashMap<>();
        try (Rows rows = connection.prepare(Query.PARENT_LINKS).set(inode).rows()) {
            while (rows.next()) {
                links.put(rows.number(1), rows.bits(2));
            }
        }
        return links;
    }

    private List<Long> ancestors(long directory) throws SQLException, FsException {
        List<Long> way = new ArrayList<>();
        try (Rows rows = connection.prepare(Query.ANCESTORS).set(directory).rows()) {
            while (rows.next()) {
                way.add(rows.number(1));
            }
        }
        return way;
    }

    private Map<LockOwner, LockType> flocks(long inode) throws SQLException, FsException {
        Map<LockOwner, LockType> locks = new HashMap<>();
        try (Rows rows = connection.prepare(Query.FLOCKS).set(inode).rows()) {
            while (rows.next()) {
                locks.put(new LockOwner(rows.number(1), rows.number(2)), flockType(inode, rows.bits(3)));
            }
        }
        return locks;
    }

    private static LockType flockType(long inode, int stored) throws FsException {
        return switch (stored) {
            case READ_LOCK -> LockType.READ;
            case WRITE_LOCK -> LockType.WRITE;
            default -> throw new FsException(Errno.EIO, "a lock of inode " + inode + " has the type " + stored);
        };
    }

    /// What a lock is stored as: a letter.
    static long stored(LockType type) {
        return type == LockType.READ ? READ_LOCK : WRITE_LOCK;
    }

    private Map<LockOwner, List<PosixLock>> posixLocks(long inode) throws SQLException, FsException {
        Map<LockOwner, List<PosixLock>> locks = new HashMap<>();
        try (Rows rows = connection.prepare(Query.POSIX_LOCKS).set(inode).rows()) {
            while (rows.next()) {
                List<PosixLock> held = LockCodec.decode(rows.bytes(3));
                if (!held.isEmpty()) {
                    locks.put(new LockOwner(rows.number(1), rows.number(2)), held);
                }
            }
        }
        return locks;
    }

    private long counter(String name, long absent) throws SQLException, FsException {
        return connection.prepare(Query.COUNTER).set(name).numberOr(absent);
    }

    private long nextId(IdKind kind) throws SQLException, FsException {
        return kind == IdKind.ACL
                ? AclRow.last(connection) + 1
                : counter(CounterName.of(kind), CounterName.start(kind)) + CounterName.ahead(kind);
    }

    private @Nullable AclRule acl(int id) throws SQLException, FsException {
        try (Rows rows = connection.prepare(Query.ACL).bits(id).rows()) {
            return rows.next() ? AclRow.read(rows) : null;
        }
    }

    private @Nullable DirStat dirStat(long directory) throws SQLException, FsException {
        try (Rows rows = connection.prepare(Query.DIR_STAT).set(directory).rows()) {
            return rows.next()
                    ? new DirStat(rows.number(1), rows.number(2), rows.number(3)).plus(pending.pending(directory))
                    : null;
        }
    }

    private @Nullable Quota quota(QuotaKey key) throws SQLException, FsException {
        boolean directory = key.kind() == QuotaKey.Kind.DIRECTORY;
        Prepared statement = connection.prepare(directory ? Query.DIR_QUOTA : Query.OWNER_QUOTA);
        try (Rows rows = QuotaRow.bind(statement, key).rows()) {
            if (!rows.next()) {
                return null;
            }
            Quota stored = QuotaRow.read(rows, 1);
            Deltas.Usage more = pending.pending(key);
            return new Quota(
                    stored.maxSpace(),
                    stored.maxInodes(),
                    stored.usedSpace() + more.space(),
                    stored.usedInodes() + more.inodes());
        }
    }

    private @Nullable SessionRecord session(long session) throws SQLException, FsException {
        try (Rows rows = connection.prepare(Query.SESSION).set(session).rows()) {
            return rows.next() ? new SessionRecord(session, rows.number(1), rows.value(2)) : null;
        }
    }

    private @Nullable String setting() throws SQLException, FsException {
        try (Rows rows = connection.prepare(Query.SETTING).rows()) {
            return rows.next() ? rows.text(1) : null;
        }
    }
}
