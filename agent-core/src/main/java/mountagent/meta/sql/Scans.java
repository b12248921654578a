package mountagent.meta.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.meta.ChunkKey;
import mountagent.meta.Cursor;
import mountagent.meta.Dentry;
import mountagent.meta.DirStat;
import mountagent.meta.LockOwner;
import mountagent.meta.Node;
import mountagent.meta.Page;
import mountagent.meta.QuotaKey;
import mountagent.meta.Scan;
import mountagent.meta.SessionRecord;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.meta.codec.SliceCodec;
import mountagent.meta.codec.TypeCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers one page of a scan with one statement (two where two tables hold the records). Each goes on by key, so that
/// rows that come or go between pages disturb no other.
final class Scans {
    private static final Logger LOG = LoggerFactory.getLogger(Scans.class);

    private final SqliteConnection connection;

    Scans(SqliteConnection connection) {
        this.connection = connection;
    }

    /// Makes a record of the row the rows are at, or null for one that is left out.
    private interface Reader<R> {
        @Nullable
        R read(Rows row) throws SQLException, FsException;
    }

    /// The cursor after the row the rows are at.
    private interface Key {
        Cursor after(Rows row) throws SQLException;
    }

    @SuppressWarnings("unchecked") // each scan's records have the type the scan names
    <R> Page<R> page(Scan<R> scan, Cursor from, int limit) throws SQLException, FsException {
        return (Page<R>)
                switch (scan) {
                    case Scan.Directory(long inode, Scan.Detail detail) -> directory(inode, detail, from, limit);
                    case Scan.ChunksOf(long inode, long _) -> chunksOf(inode, from, limit);
                    case Scan.LinksTo(long inode) -> links(inode, from, limit);
                    case Scan.DeletedFiles(long until) -> deletedFiles(until, from, limit);
                    case Scan.ReleasedSlices() -> released(from, limit);
                    case Scan.DelayedUntil(long until) -> delayed(until, from, limit);
                    case Scan.Sessions() -> sessions(from, limit);
                    case Scan.SustainedBy(long session) -> sustained(session, from, limit);
                    case Scan.DetachedNodes() -> detached(from, limit);
                    case Scan.LocksOf(long session) -> locks(session, from, limit);
                    case Scan.Nodes() -> nodes(from, limit);
                    case Scan.Dentries() -> dentries(from, limit);
                    case Scan.AllChunks() -> allChunks(from, limit);
                    case Scan.SliceCounts() -> slices(from, limit);
                    case Scan.DirStats() -> dirStats(from, limit);
                    case Scan.Quotas() -> quotas(from, limit);
                    case Scan.Acls(int after) -> acls(after, from, limit);
                };
    }

    /// Reads up to `limit` rows of `statement`, which has been given one row more to look for.
    private static <R> Page<R> page(Prepared statement, int limit, Reader<R> reader, Key key)
            throws SQLException, FsException {
        List<R> records = new ArrayList<>();
        Cursor last = Cursor.START;
        int told = 0;
        try (Rows rows = statement.set(limit + 1L).rows()) {
            while (rows.next()) {
                if (told == limit) {
                    return new Page<>(records, last);
                }
                R row = reader.read(rows);
                if (row != null) {
                    records.add(row);
                }
                last = key.after(rows);
                told++;
            }
        }
        return new Page<>(records, null);
    }

    private static Cursor byFirst(Rows row) throws SQLException {
        return Place.after(row.number(1));
    }

    /// A scan by one number that all of which but this is set.
    private Prepared by(Query query, Cursor from) throws SQLException, FsException {
        return connection.prepare(query).set(Place.number(from, Long.MIN_VALUE));
    }

    /// The same within what belongs to `owner`.
    private Prepared by(Query query, long owner, Cursor from) throws SQLException, FsException {
        return connection.prepare(query).set(owner).set(Place.number(from, Long.MIN_VALUE));
    }

    private Page<Scan.DirEntry> directory(long inode, Scan.Detail detail, Cursor from, int limit)
            throws SQLException, FsException {
        boolean nodes = detail == Scan.Detail.NODES;
        Prepared statement = connection
                .prepare(nodes ? Query.SCAN_NAMES_AND_NODES : Query.SCAN_NAMES)
                .set(inode)
                .set(Place.name(from));
        return page(statement, limit, nodes ? Scans::entryAndNode : Scans::entry, row -> Place.after(row.bytes(1)));
    }

    private static Scan.DirEntry entry(Rows row) throws SQLException, FsException {
        return new Scan.DirEntry(FileName.wrap(row.bytes(1)), dentry(row, 2), null);
    }

    private static Scan.DirEntry entryAndNode(Rows row) throws SQLException, FsException {
        Dentry dentry = dentry(row, 2);
        Node node = row.number(4) == 0 ? null : NodeRow.read(dentry.inode(), row, 5);
        return new Scan.DirEntry(FileName.wrap(row.bytes(1)), dentry, node);
    }

    private static Dentry dentry(Rows row, int first) throws SQLException, FsException {
        return new Dentry(row.number(first), TypeCode.type(row.bits(first + 1)));
    }

    private Page<Scan.PlacedChunk> chunksOf(long inode, Cursor from, int limit) throws SQLException, FsException {
        return page(by(Query.SCAN_CHUNKS_OF, inode, from), limit, Scans::chunk, row -> Place.after(row.number(3)));
    }

    private Page<Scan.PlacedChunk> allChunks(Cursor from, int limit) throws SQLException, FsException {
        return page(by(Query.SCAN_CHUNKS, from), limit, Scans::chunk, Scans::byFirst);
    }

    private static Scan.PlacedChunk chunk(Rows row) throws SQLException {
        ChunkKey chunk = new ChunkKey(row.number(2), row.bits(3));
        List<Slice> slices = null;
        try {
            slices = SliceCodec.decodeAll(row.bytes(4));
        } catch (FsException e) {
            LOG.warn("chunk {} of inode {} is corrupt: {}", chunk.index(), chunk.inode(), e.getMessage());
        }
        return new Scan.PlacedChunk(chunk, slices);
    }

    private Page<DentryKey> links(long inode, Cursor from, int limit) throws SQLException, FsException {
        return page(
                by(Query.SCAN_LINKS, inode, from),
                limit,
                row -> new DentryKey(row.number(2), FileName.wrap(row.bytes(3))),
                Scans::byFirst);
    }

    private Page<Scan.DeletedFile> deletedFiles(long until, Cursor from, int limit) throws SQLException, FsException {
        return page(
                by(Query.SCAN_DELETED_FILES, until, from),
                limit,
                row -> new Scan.DeletedFile(row.number(1), row.number(2), row.number(3)),
                Scans::byFirst);
    }

    private static Scan.CountedSlice slice(Rows row) throws SQLException {
        return new Scan.CountedSlice(new SliceKey(row.number(1), row.bits(2)), row.number(3));
    }

    private Page<Scan.CountedSlice> released(Cursor from, int limit) throws SQLException, FsException {
        long[] after = Place.numbers(from, Long.MIN_VALUE, Long.MIN_VALUE);
        Prepared statement =
                connection.prepare(Query.SCAN_RELEASED).set(after[0]).set(after[1]);
        return page(statement, limit, Scans::slice, row -> Place.after(row.number(3), row.number(1)));
    }

    private Page<Scan.CountedSlice> slices(Cursor from, int limit) throws SQLException, FsException {
        return page(by(Query.SCAN_SLICES, from), limit, Scans::slice, Scans::byFirst);
    }

    private Page<Scan.DelayedSlices> delayed(long until, Cursor from, int limit) throws SQLException, FsException {
        Page<Scan.DelayedSlices> page =
                page(by(Query.SCAN_DELAYED, until, from), limit, Scans::delayed, Scans::byFirst);
        while (page.records().isEmpty() && page.next() != null) {
            page = page(by(Query.SCAN_DELAYED, until, page.next()), limit, Scans::delayed, Scans::byFirst);
        }
        return page;
    }

    /// A list that cannot be understood is left out, so that the others are found.
    private static Scan.@Nullable DelayedSlices delayed(Rows row) throws SQLException {
        try {
            return new Scan.DelayedSlices(row.number(1), row.number(2), SliceCodec.decodeKeys(row.bytes(3)));
        } catch (FsException e) {
            LOG.warn("the slices delayed under {} are left alone: {}", row.number(1), e.getMessage());
            return null;
        }
    }

    private Page<SessionRecord> sessions(Cursor from, int limit) throws SQLException, FsException {
        return page(
                by(Query.SCAN_SESSIONS, from),
                limit,
                row -> new SessionRecord(row.number(1), row.number(2), row.value(3)),
                Scans::byFirst);
    }

    private Page<Scan.Sustained> sustained(long session, Cursor from, int limit) throws SQLException, FsException {
        return page(
                by(Query.SCAN_SUSTAINED, session, from),
                limit,
                row -> new Scan.Sustained(session, row.number(1)),
                Scans::byFirst);
    }

    private Page<Scan.DetachedNode> detached(Cursor from, int limit) throws SQLException, FsException {
        return page(
                by(Query.SCAN_DETACHED, from),
                limit,
                row -> new Scan.DetachedNode(row.number(1), row.number(2)),
                Scans::byFirst);
    }

    /// BSD locks first, then POSIX locks: the cursor's first number says which.
    private Page<Scan.HeldLock> locks(long session, Cursor from, int limit) throws SQLException, FsException {
        long[] after = Place.numbers(from, 0, Long.MIN_VALUE);
        List<Scan.HeldLock> locks = new ArrayList<>();
        for (long kind = after[0]; kind <= 1; kind++) {
            long start = kind == after[0] ? after[1] : Long.MIN_VALUE;
            Page<Scan.HeldLock> page = locks(session, kind, start, limit - locks.size());
            locks.addAll(page.records());
            if (page.next() != null) {
                return new Page<>(locks, page.next());
            }
        }
        return new Page<>(locks, null);
    }

    private Page<Scan.HeldLock> locks(long session, long kind, long after, int limit) throws SQLException, FsException {
        Prepared statement = connection.prepare(kind == 0 ? Query.SCAN_FLOCKS : Query.SCAN_POSIX_LOCKS);
        return pageWithin(
                statement.set(session).set(after),
                limit,
                row -> new Scan.HeldLock(row.number(2), new LockOwner(session, row.number(3)), kind == 1),
                kind,
                after);
    }

    /// A page of one of several tables. With no room left it answers whether there is anything to go on with.
    private static <R> Page<R> pageWithin(Prepared statement, int limit, Reader<R> reader, long table, long after)
            throws SQLException, FsException {
        Page<R> page = page(statement, limit, reader, row -> Place.after(table, row.number(1)));
        boolean goesOnHere = Cursor.START.equals(page.next());
        return goesOnHere ? new Page<>(page.records(), Place.after(table, after)) : page;
    }

    private Page<Scan.PlacedNode> nodes(Cursor from, int limit) throws SQLException, FsException {
        return page(
                by(Query.SCAN_NODES, from),
                limit,
                row -> new Scan.PlacedNode(row.number(1), NodeRow.read(row.number(1), row, 2)),
                Scans::byFirst);
    }

    private Page<Scan.PlacedDentry> dentries(Cursor from, int limit) throws SQLException, FsException {
        return page(
                by(Query.SCAN_DENTRIES, from),
                limit,
                row -> new Scan.PlacedDentry(new DentryKey(row.number(2), FileName.wrap(row.bytes(3))), dentry(row, 4)),
                Scans::byFirst);
    }

    private Page<Scan.PlacedDirStat> dirStats(Cursor from, int limit) throws SQLException, FsException {
        return page(
                by(Query.SCAN_DIR_STATS, from),
                limit,
                row -> new Scan.PlacedDirStat(row.number(1), new DirStat(row.number(2), row.number(3), row.number(4))),
                Scans::byFirst);
    }

    private Page<Scan.PlacedAcl> acls(int after, Cursor from, int limit) throws SQLException, FsException {
        return page(
                by(Query.SCAN_ACLS, Integer.toUnsignedLong(after), from),
                limit,
                row -> new Scan.PlacedAcl(row.bits(AclRow.ID), AclRow.read(row)),
                row -> Place.after(row.number(AclRow.ID)));
    }

    private Page<Scan.PlacedQuota> quotas(Cursor from, int limit) throws SQLException, FsException {
        long[] after = Place.numbers(from, 0, Long.MIN_VALUE);
        List<Scan.PlacedQuota> quotas = new ArrayList<>();
        for (QuotaKey.Kind kind : QuotaKey.Kind.values()) {
            long table = QuotaRow.type(kind);
            if (table >= after[0]) {
                long start = table == after[0] ? after[1] : Long.MIN_VALUE;
                Page<Scan.PlacedQuota> page = quotas(kind, start, limit - quotas.size());
                quotas.addAll(page.records());
                if (page.next() != null) {
                    return new Page<>(quotas, page.next());
                }
            }
        }
        return new Page<>(quotas, null);
    }

    private Page<Scan.PlacedQuota> quotas(QuotaKey.Kind kind, long after, int limit) throws SQLException, FsException {
        Prepared statement = kind == QuotaKey.Kind.DIRECTORY
                ? connection.prepare(Query.SCAN_DIR_QUOTAS)
                : connection.prepare(Query.SCAN_OWNER_QUOTAS).set(QuotaRow.type(kind));
        return pageWithin(
                statement.set(after),
                limit,
                row -> new Scan.PlacedQuota(new QuotaKey(kind, row.number(1)), QuotaRow.read(row, 2)),
                QuotaRow.type(kind),
                after);
    }
}
