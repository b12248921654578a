package mountagent.block;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import mountagent.base.Clock;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;

/// A limit of bytes a second: a token bucket that is filled at 85 % of the rate and holds a tenth of a second of
/// it, as the official client's (reference: client-data-path.md §2.6).
///
/// Whoever takes more than there is takes it all the same and waits until it would have been there, so that
/// a block larger than the bucket passes, and others wait behind it. Thread-safe; a change of the rate holds
/// from the next taking on.
final class RateLimit {
    private static final double SHARE = 0.85;
    private static final double BURST_SECONDS = 0.1;
    private static final double NANOS = 1e9;

    private final LongSupplier bytesPerSecond;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private double available;
    private long filledAt;
    private long lastRate;

    /// At most as many bytes a second as `bytesPerSecond` says at the moment; 0 means no limit.
    RateLimit(LongSupplier bytesPerSecond, Clock clock) {
        this.bytesPerSecond = bytesPerSecond;
        this.clock = clock;
    }

    /// Takes `bytes`, waiting for them if need be. Interrupted: kind TRANSIENT, with the thread's flag set.
    void take(long bytes, String objectKey) throws ObjectStoreException {
        long rate = bytesPerSecond.getAsLong();
        if (rate <= 0) {
            return;
        }
        long waitNanos = debtNanos(bytes, rate);
        if (waitNanos <= 0) {
            return;
        }
        try {
            clock.sleep(Duration.ofNanos(waitNanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ObjectStoreException(
                    Kind.TRANSIENT, "interrupted while " + objectKey + " waited for the rate limit", e);
        }
    }

    private long debtNanos(long bytes, long rate) {
        lock.lock();
        try {
            long now = clock.nanoTime();
            double burst = rate * BURST_SECONDS;
            if (rate == lastRate) {
                available = Math.min(burst, available + rate * SHARE * ((now - filledAt) / NANOS));
            } else {
                available = burst;
                lastRate = rate;
            }
            filledAt = now;
            available -= bytes;
            return available >= 0 ? 0 : (long) (-available / (rate * SHARE) * NANOS);
        } finally {
            lock.unlock();
        }
    }
}
