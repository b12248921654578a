package mountagent.meta.redis;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import mountagent.base.FsException;

/// What the parameters of a URL say of waits and of whom readers ask (reference: meta-redis.md §1).
///
/// Sending a batch may take `writeTimeout`, its answer `readTimeout`; pauses while a server is away grow from
/// `minBackoff` to `maxBackoff`.
public record RedisTuning(
        Duration minBackoff, Duration maxBackoff, Duration readTimeout, Duration writeTimeout, Readers readers) {
    /// Which servers a client that only reads asks.
    public enum Readers {
        /// The master, like everybody.
        MASTER,
        /// A replica, the master when there is none.
        REPLICA,
        /// Any server, the master among them.
        RANDOM,
        /// The server that answers first.
        LATENCY
    }

    /// What holds when a URL says nothing.
    public static final RedisTuning DEFAULT = new RedisTuning(
            Duration.ofMillis(20),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Readers.MASTER);

    private static final Map<String, Readers> READERS = Map.of(
            "replica", Readers.REPLICA,
            "random", Readers.RANDOM,
            "latency", Readers.LATENCY);

    /// Takes its parameters out of `parameters`.
    static RedisTuning of(RedisParameters parameters) throws FsException {
        Duration min = parameters.duration("min-retry-backoff", DEFAULT.minBackoff);
        Duration max = parameters.duration("max-retry-backoff", DEFAULT.maxBackoff);
        return new RedisTuning(
                min,
                max.compareTo(min) < 0 ? min : max,
                parameters.duration("read-timeout", DEFAULT.readTimeout),
                parameters.duration("write-timeout", DEFAULT.writeTimeout),
                readers(parameters.text("route-read")));
    }

    private static Readers readers(String text) throws FsException {
        Readers readers = text.isEmpty() ? Readers.MASTER : READERS.get(text.toLowerCase(Locale.ROOT));
        if (readers == null) {
            throw RedisUrlReader.invalid("route-read '" + text + "' must be replica, random or latency");
        }
        return readers;
    }

    RedisTuning withReadersAtMaster() {
        return new RedisTuning(minBackoff, maxBackoff, readTimeout, writeTimeout, Readers.MASTER);
    }

    /// The limits of an engine for this URL.
    public RedisLimits limits() {
        RedisLimits usual = RedisLimits.DEFAULT;
        return new RedisLimits(
                usual.connectionsMax(),
                usual.acquireTimeout(),
                writeTimeout,
                readTimeout.plus(writeTimeout),
                usual.recoveryTimeout(),
                usual.attemptsMax(),
                minBackoff,
                maxBackoff);
    }
}
