package mountagent.meta.sql;

import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import mountagent.base.FsException;
import mountagent.base.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Copies the log to the database while changes go on, so that none of them has to.
///
/// A copy with its two flushes takes tens of milliseconds for some hundred changes. It is made on a connection of its
/// own in the background; what came to the log meanwhile, which is little, follows while the writer stands still, since
/// the log begins anew only when all of it has been copied. SQLite's own way, a copy by whoever commits the change too
/// many, stays as the net below this ([Writer]).
final class Checkpoints implements AutoCloseable {
    /// After so many changes, of some ten pages each.
    static final int CHANGES = 800;

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final String CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)";
    private static final int CACHE_KIB = 1024;
    private static final long IDLE_SECONDS = 10;
    private static final long CLOSE_SECONDS = 30;

    private final Opening opening;
    private final Stillness stillness;
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(1),
            Threads.platform("sql-checkpoint-"),
            new ThreadPoolExecutor.DiscardPolicy());

    /// Used by the thread only.
    private @Nullable SqliteConnection connection;

    /// Guarded by the writer's turn.
    private int changes;

    /// Opens a connection.
    @FunctionalInterface
    interface Opening {
        SqliteConnection open(int cacheKib) throws SQLException, FsException;
    }

    /// Something to do with the database.
    @FunctionalInterface
    interface Step {
        void run() throws SQLException, FsException;
    }

    /// Runs a step while nothing is changed by this process; not at all once the writer is closed.
    @FunctionalInterface
    interface Stillness {
        void run(Step step) throws SQLException, FsException;
    }

    Checkpoints(Opening opening, Stillness stillness) {
        this.opening = opening;
        this.stillness = stillness;
        thread.allowCoreThreadTimeOut(true);
    }

    /// Takes note of `count` changes that were committed. Called by whoever has the writer's turn.
    void changed(int count) {
        changes += count;
        if (changes >= CHANGES) {
            changes = 0;
            thread.execute(this::copy);
        }
    }

    private void copy() {
        try {
            SqliteConnection open = connection();
            open.ask(CHECKPOINT);
            stillness.run(() -> open.ask(CHECKPOINT));
        } catch (SQLException | FsException e) {
            LOG.warn("the log of the database could not be copied to it, which is tried again: {}", e.getMessage());
        }
    }

    private SqliteConnection connection() throws SQLException, FsException {
        SqliteConnection known = connection;
        if (known == null) {
            known = opening.open(CACHE_KIB);
            connection = known;
        }
        return known;
    }

    /// Waits for a copy under way, with a limit, and closes its connection.
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                SqliteConnection open = connection;
                if (open != null) {
                    open.close();
                }
            } else {
                LOG.warn("the log of the database is still being copied; left open");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            LOG.warn("closing the database: {}", e.getMessage());
        }
    }
}
