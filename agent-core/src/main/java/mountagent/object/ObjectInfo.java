package mountagent.object;

import java.time.Instant;

/// What a store tells about an object: stored size in bytes and time of the last change.
public record ObjectInfo(String key, long size, Instant modified) {}
