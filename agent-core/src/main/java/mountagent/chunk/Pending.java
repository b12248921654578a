package mountagent.chunk;

import mountagent.base.Timestamp;

/// What is written to a file but not committed: the end of its highest byte and the time of its last write.
public record Pending(long end, Timestamp time) {}
