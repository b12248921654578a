package mountagent.cache;

/// Where a block is kept: the cache directory (as it was configured, without the volume's folder) or
/// `memory`, and how many bytes of the block are there, which is always all of them.
public record CacheLocation(String where, long bytes) {
    /// What `where` says of blocks in memory.
    public static final String MEMORY = "memory";
}
