package mountagent.meta.sql;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import mountagent.base.FsException;

/// Waiting while another process holds a lock: tries again after random pauses that grow, up to a limit.
///
/// SQLite has a wait of its own, which sleeps in native code; it stays off, so that a virtual thread that waits gives
/// its carrier back.
final class BusyWait {
    private static final long PAUSE_MIN_NANOS = 20_000;
    private static final long PAUSE_MAX_NANOS = 10_000_000;

    private final Duration limit;
    private final SqlErrors errors;

    BusyWait(Duration limit, SqlErrors errors) {
        this.limit = limit;
        this.errors = errors;
    }

    /// Something to do that may find the database locked.
    @FunctionalInterface
    interface Step<T> {
        T run() throws SQLException, FsException;
    }

    /// Runs `step` until it does not find the database locked; EIO past the limit.
    <T> T retry(Step<T> step) throws SQLException, FsException {
        return retry(step, Long.MAX_VALUE);
    }

    /// The same for a wait that began earlier, at `sinceNanos` of [System#nanoTime()].
    <T> T retry(Step<T> step, long sinceNanos) throws SQLException, FsException {
        try {
            return step.run();
        } catch (SQLException e) {
            if (!SqlErrors.isBusy(e)) {
                throw e;
            }
        }
        return retrySlowly(step, sinceNanos == Long.MAX_VALUE ? System.nanoTime() : sinceNanos);
    }

    private <T> T retrySlowly(Step<T> step, long start) throws SQLException, FsException {
        boolean interrupted = false;
        try {
            for (long pause = PAUSE_MIN_NANOS; ; pause = Math.min(2 * pause, PAUSE_MAX_NANOS)) {
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(pause / 2, pause));
                interrupted |= Thread.interrupted();
                try {
                    return step.run();
                } catch (SQLException e) {
                    if (!SqlErrors.isBusy(e)) {
                        throw e;
                    }
                    if (System.nanoTime() - start > limit.toNanos()) {
                        throw errors.lockedFor(limit.toSeconds(), e);
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
