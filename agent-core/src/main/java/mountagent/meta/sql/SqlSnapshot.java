package mountagent.meta.sql;

import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.Durability;
import mountagent.meta.IdKind;
import mountagent.meta.IdRange;
import mountagent.meta.MetaEngine;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The database as it was when this was opened: one connection in one read transaction. Meanwhile the
/// write-ahead log keeps everything that is written later. Thread-safe: reads take turns.
final class SqlSnapshot implements MetaEngine {
    private static final Logger LOG = LoggerFactory.getLogger(SqlSnapshot.class);
    private static final int CACHE_KIB = 4 * 1024;

    private final SqliteLocation location;
    private final SqliteConnection connection;
    private final SqlErrors errors;
    private final ReentrantLock lock = new ReentrantLock();

    private SqlSnapshot(SqliteLocation location, SqliteConnection connection, SqlErrors errors) {
        this.location = location;
        this.connection = connection;
        this.errors = errors;
    }

    static SqlSnapshot open(SqliteLocation location, SqliteConnection.Use use, BusyWait busy, SqlErrors errors)
            throws FsException {
        try {
            SqliteConnection connection = SqliteConnection.open(location, use, CACHE_KIB, busy);
            try {
                connection.prepare(Query.BEGIN).change();
                // the moment is that of the first read
                try (Rows rows = connection.prepare(Query.SETTING).rows()) {
                    rows.next();
                }
                return new SqlSnapshot(location, connection, errors);
            } catch (SQLException | FsException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw errors.translate(e);
        }
    }

    @Override
    public <T extends @Nullable Object> T read(ReadPlan plan, ReadWork<T> work) throws FsException {
        lock.lock();
        try {
            return work.run(PlanRun.start(plan, new Answers(connection, new Deltas()), errors));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public <R> Page<R> scan(Scan<R> scan, Cursor from, int limit) throws FsException {
        lock.lock();
        try {
            return new Scans(connection).page(scan, from, limit);
        } catch (SQLException e) {
            throw errors.translate(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public <T extends @Nullable Object> T transact(ReadPlan plan, TransactionWork<T> work, Durability durability)
            throws FsException {
        throw readOnly();
    }

    @Override
    public IdRange allocate(IdKind kind, int count) throws FsException {
        throw readOnly();
    }

    @Override
    public void prepare() throws FsException {
        throw readOnly();
    }

    @Override
    public void erase() throws FsException {
        throw readOnly();
    }

    private FsException readOnly() {
        return new FsException(Errno.EROFS, describe() + " cannot be changed");
    }

    @Override
    public void barrier() {
        // there is nothing to make safe
    }

    @Override
    public ReadCost readCost() {
        return ReadCost.LOCAL;
    }

    @Override
    public String describe() {
        return location + " (a snapshot)";
    }

    @Override
    public void close() {
        lock.lock();
        try {
            connection.rollBack();
            connection.close();
        } catch (SQLException e) {
            LOG.warn("{}: closing a snapshot: {}", location, e.getMessage());
        } finally {
            lock.unlock();
        }
    }
}
