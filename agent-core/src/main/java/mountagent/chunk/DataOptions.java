package mountagent.chunk;

import java.time.Duration;

/// Limits of a [FileData].
///
/// `readAheadBytes` bounds what one stream reads ahead; `flushTimeout` how long a flush, or a write that waits for
/// memory, may take before it fails with EIO; `deletionsMax` how many objects are deleted at once.
/// With `isReadOnly` nothing is compacted.
public record DataOptions(
        int blockSizeBytes, long readAheadBytes, Duration flushTimeout, int deletionsMax, boolean isReadOnly) {
    private static final int READ_AHEAD_BLOCKS = 8;
    private static final int DELETIONS_DEFAULT = 10;
    private static final Duration FLUSH_TIMEOUT_DEFAULT = Duration.ofMinutes(5);

    /// The official client's defaults for a block size.
    public static DataOptions of(int blockSizeBytes) {
        return new DataOptions(
                blockSizeBytes,
                (long) READ_AHEAD_BLOCKS * blockSizeBytes,
                FLUSH_TIMEOUT_DEFAULT,
                DELETIONS_DEFAULT,
                false);
    }

    /// The same with another limit of what one stream reads ahead.
    public DataOptions withReadAheadBytes(long bytes) {
        return new DataOptions(blockSizeBytes, bytes, flushTimeout, deletionsMax, isReadOnly);
    }

    /// The same for a volume that is only read.
    public DataOptions readOnly() {
        return new DataOptions(blockSizeBytes, readAheadBytes, flushTimeout, deletionsMax, true);
    }

    /// The same with another number of objects that are deleted at once.
    public DataOptions withDeletionsMax(int count) {
        return new DataOptions(blockSizeBytes, readAheadBytes, flushTimeout, count, isReadOnly);
    }
}
