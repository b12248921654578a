package mountagent.meta.redis;

import java.time.Duration;

/// What bounds the waits of an engine.
///
/// At most `connectionsMax` connections are open; who finds none free waits `acquireTimeout`, then gets EIO. A batch is
/// answered within `commandTimeout` or its connection is given up. A transaction that meets conflicts is tried
/// `attemptsMax` times; a server that is away or loading is asked again for `recoveryTimeout`, after pauses that grow
/// from
/// `minBackoff` to `maxBackoff`.
public record RedisLimits(
        int connectionsMax,
        Duration acquireTimeout,
        Duration connectTimeout,
        Duration commandTimeout,
        Duration recoveryTimeout,
        int attemptsMax,
        Duration minBackoff,
        Duration maxBackoff) {
    /// The official client's 50 attempts and 30 s for an answer; the rest is ours.
    public static final RedisLimits DEFAULT = new RedisLimits(
            32, Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(20), 50);

    /// With the usual pauses.
    public RedisLimits(
            int connectionsMax,
            Duration acquireTimeout,
            Duration connectTimeout,
            Duration commandTimeout,
            Duration recoveryTimeout,
            int attemptsMax) {
        this(
                connectionsMax,
                acquireTimeout,
                connectTimeout,
                commandTimeout,
                recoveryTimeout,
                attemptsMax,
                RedisTuning.DEFAULT.minBackoff(),
                RedisTuning.DEFAULT.maxBackoff());
    }
}
