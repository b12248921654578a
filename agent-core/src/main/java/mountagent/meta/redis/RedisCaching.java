package mountagent.meta.redis;

import java.time.Duration;
import java.util.List;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// What a client keeps of the nodes and entries that it has read (reference: meta-redis.md §1 and §11).
///
/// At most `recordsMax` nodes and as many entries are kept, each for `expiry` at most. `preload` entries of the root
/// are read ahead when an engine is opened.
public record RedisCaching(int recordsMax, Duration expiry, int preload) {
    private static final String SWITCH = "client-cache";
    private static final String SIZE = "client-cache-size";
    private static final String EXPIRY = "client-cache-expire";
    private static final String PRELOAD = "client-cache-preload";
    private static final int RECORDS = 12_800;
    private static final int RECORDS_MAX = 10_000_000;
    private static final Duration USUAL_EXPIRY = Duration.ofMinutes(1);

    /// Takes its parameters out of `parameters`; null when nothing is to be kept.
    static @Nullable RedisCaching of(RedisParameters parameters) throws FsException {
        if (!parameters.has(SWITCH)) {
            for (String name : List.of(SIZE, EXPIRY, PRELOAD)) {
                if (parameters.has(name)) {
                    throw RedisUrlReader.invalid(
                            name + " does nothing without client-cache=true: add that, or leave both out");
                }
            }
            return null;
        }
        boolean isOn = parameters.flag(SWITCH);
        RedisCaching caching = new RedisCaching(
                parameters.number(SIZE, RECORDS, 1, RECORDS_MAX),
                parameters.duration(EXPIRY, USUAL_EXPIRY),
                parameters.number(PRELOAD, 0, 0, RECORDS_MAX));
        return isOn ? caching : null;
    }
}
