package mountagent.object.s3;

import java.time.Duration;
import java.util.Map;

/// How an S3 store is used.
///
/// `storageClass` is that of new objects, empty for the bucket's own. A read, listing or look at an object is given up
/// after `getTimeout`, a change of one after `putTimeout`, so that no call waits for ever; a large object is put in
/// parts, of which each has that time. At most `connectionsMax` requests go at once; more wait within their time.
/// `environment` tells proxies and, where the store was given no keys, those of MinIO.
public record S3Options(
        S3Location location,
        S3Credentials credentials,
        String storageClass,
        Duration getTimeout,
        Duration putTimeout,
        int connectionsMax,
        Map<String, String> environment) {
    /// The official client's time limits.
    public static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(60);

    public S3Options {
        environment = Map.copyOf(environment);
        if (!getTimeout.isPositive() || !putTimeout.isPositive() || connectionsMax < 1) {
            throw new IllegalArgumentException("time-outs (" + getTimeout + ", " + putTimeout + ") and connections ("
                    + connectionsMax + ") must be > 0");
        }
    }

    /// The environment may hold keys.
    @Override
    public String toString() {
        return "S3Options[" + location + ", " + credentials + "]";
    }
}
