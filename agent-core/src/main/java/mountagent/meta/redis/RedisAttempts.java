package mountagent.meta.redis;

import java.util.random.RandomGenerator;
import mountagent.base.Clock;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Does things over links of the pool, again when that may help. Thread-safe.
record RedisAttempts(RedisLinks links, RedisLimits limits, String server, Clock clock, RandomGenerator random) {
    /// What is done over one link, again when it says so.
    interface Attempt<T extends @Nullable Object> {
        T run(RedisLink link) throws FsException, RedisRetry;
    }

    /// Runs `attempt` until it needs no other, within the limits.
    <T extends @Nullable Object> T run(Attempt<T> attempt) throws FsException {
        RedisRetries retries = new RedisRetries(limits, server, clock, random);
        RedisAddress asking = null;
        while (true) {
            try (RedisLink link = links.take(asking)) {
                return attempt.run(link);
            } catch (RedisRetry e) {
                asking = links.heed(e);
                retries.pause(e);
            }
        }
    }
}
