package mountagent.meta.redis;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mountagent.base.Errno;
import mountagent.base.FsException;

/// Lets the transactions of this process on one record go one after the other, since side by side all but one of
/// them would fail at EXEC and go again. Other processes are met by WATCH alone. Thread-safe.
final class RedisTurns {
    private final Semaphore[] turns;
    private final Duration timeout;

    /// `count` turns, shared by all records by their hash; who gets none within `timeout` gets EIO.
    RedisTurns(int count, Duration timeout) {
        this.turns = Stream.generate(() -> new Semaphore(1, true)).limit(count).toArray(Semaphore[]::new);
        this.timeout = timeout;
    }

    /// A turn; closed when the transaction is over.
    interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    /// Waits for the turn of whatever has this `hash`. EINTR when interrupted.
    Turn take(int hash) throws FsException {
        Semaphore turn = turns[Math.floorMod(hash, turns.length)];
        try {
            if (!turn.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new FsException(
                        Errno.EIO, "other changes of the same record took more than " + timeout.toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while waiting for the turn of a record", e);
        }
        return turn::release;
    }
}
