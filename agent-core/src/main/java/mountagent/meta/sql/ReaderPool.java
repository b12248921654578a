package mountagent.meta.sql;

import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections that readers share: made when needed, up to a limit; whoever finds them all in use waits.
/// The one used last is used next, as its pages are in memory. Thread-safe.
final class ReaderPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);
    private static final int CACHE_KIB = 4 * 1024;

    private final SqliteLocation location;
    private final SqliteConnection.Use use;
    private final BusyWait busy;
    private final SqlErrors errors;
    private final long patienceMillis;
    private final int connectionsMax;
    private final Semaphore free;
    private final ConcurrentLinkedDeque<SqliteConnection> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    ReaderPool(SqliteLocation location, SqliteConnection.Use use, BusyWait busy, SqlErrors errors, SqlOptions options) {
        this.location = location;
        this.use = use;
        this.busy = busy;
        this.errors = errors;
        this.patienceMillis = options.busyLimit().toMillis() + 1;
        this.connectionsMax = options.readersMax();
        this.free = new Semaphore(connectionsMax);
    }

    /// Something to read.
    @FunctionalInterface
    interface Reading<T extends @Nullable Object> {
        T run(SqliteConnection connection) throws SQLException, FsException;
    }

    /// Runs `reading` on a connection that nobody else uses meanwhile. One that SQLite has failed on is not
    /// used again.
    <T extends @Nullable Object> T read(Reading<T> reading) throws FsException {
        acquire();
        try {
            SqliteConnection connection = connection();
            boolean usable = false;
            try {
                T answer = reading.run(connection);
                usable = true;
                return answer;
            } catch (FsException e) {
                usable = true;
                throw e;
            } finally {
                giveBack(connection, usable);
            }
        } catch (SQLException e) {
            throw errors.translate(e);
        } finally {
            free.release();
        }
    }

    private void giveBack(SqliteConnection connection, boolean usable) {
        if (usable) {
            idle.push(connection);
        } else {
            close(connection);
        }
    }

    private void acquire() throws FsException {
        try {
            if (!free.tryAcquire() && !free.tryAcquire(patienceMillis, TimeUnit.MILLISECONDS)) {
                throw new FsException(
                        Errno.EIO, location + ": all connections have been in use for " + patienceMillis + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, location + ": interrupted while waiting for a connection", e);
        }
        if (closed) {
            free.release();
            throw new FsException(Errno.EIO, location + " has been closed");
        }
    }

    private SqliteConnection connection() throws SQLException, FsException {
        SqliteConnection known = idle.poll();
        return known != null ? known : SqliteConnection.open(location, use, CACHE_KIB, busy);
    }

    /// The database as it is now, on a connection that is none of these.
    SqlSnapshot snapshot() throws FsException {
        return SqlSnapshot.open(location, use, busy, errors);
    }

    /// Refuses further reads, waits for those under way and closes their connections.
    @Override
    public void close() {
        closed = true;
        try {
            if (!free.tryAcquire(connectionsMax, patienceMillis, TimeUnit.MILLISECONDS)) {
                LOG.warn("{}: some readers have not ended; their connections stay open", location);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        for (SqliteConnection reader = idle.poll(); reader != null; reader = idle.poll()) {
            close(reader);
        }
        free.release(connectionsMax);
    }

    private void close(SqliteConnection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.warn("{}: closing a connection: {}", location, e.getMessage());
        }
    }
}
