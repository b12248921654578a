package mountagent.base;

/// Size and use of a volume: bytes and inodes.
public record SpaceInfo(long totalBytes, long availableBytes, long totalInodes, long availableInodes) {}
