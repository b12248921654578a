package mountagent.meta.redis;

import java.time.Duration;
import java.util.random.RandomGenerator;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;

/// The pauses between the attempts of one call, and their limits.
///
/// After a conflict the pause is random, up to the square of the attempt's number in milliseconds, as the official
/// client does it; while the server is away it doubles from the least to the longest, with jitter.
final class RedisRetries {
    private static final long CONFLICT_PAUSE_MAX_MILLIS = 500;
    private static final int SHIFT_MAX = 20;

    private final RedisLimits limits;
    private final String place;
    private final Clock clock;
    private final RandomGenerator random;
    private final long startNanos;
    private int conflicts;
    private int absences;

    RedisRetries(RedisLimits limits, String place, Clock clock, RandomGenerator random) {
        this.limits = limits;
        this.place = place;
        this.clock = clock;
        this.random = random;
        this.startNanos = clock.nanoTime();
    }

    /// Waits until the next attempt may be made; throws what the caller gets when there is to be none.
    void pause(RedisRetry failed) throws FsException {
        long millis = switch (failed.reason()) {
            case CONFLICT -> afterConflict(failed);
            case UNAVAILABLE -> whileAway(failed);
        };
        try {
            clock.sleep(Duration.ofMillis(millis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted between two attempts on " + place, e);
        }
    }

    private long afterConflict(RedisRetry failed) throws FsException {
        conflicts++;
        if (conflicts >= limits.attemptsMax()) {
            throw new FsException(
                    failed.errno(),
                    place + ": gave up after " + conflicts + " attempts, others keep changing the same records");
        }
        return random.nextLong(Math.min((long) conflicts * conflicts, CONFLICT_PAUSE_MAX_MILLIS) + 1);
    }

    private long whileAway(RedisRetry failed) throws FsException {
        long awayNanos = clock.nanoTime() - startNanos;
        if (awayNanos >= limits.recoveryTimeout().toNanos()) {
            throw new FsException(
                    failed.errno(),
                    place + ": no success within " + Duration.ofNanos(awayNanos).toMillis() + " ms: "
                            + failed.getMessage(),
                    failed);
        }
        long doubled = limits.minBackoff().toMillis() << Math.min(absences, SHIFT_MAX);
        long top = Math.min(doubled, limits.maxBackoff().toMillis());
        absences++;
        return top / 2 + random.nextLong(top / 2 + 1);
    }
}
