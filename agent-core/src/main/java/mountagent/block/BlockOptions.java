package mountagent.block;

import java.time.Duration;
import mountagent.base.Sizes;

/// Limits of a [BlockStore].
///
/// `bufferBytes` is the hard limit of off-heap memory for blocks being written, read and kept; `cacheBytes` is how
/// much of it blocks may go on occupying after they have been read. `waitMax` bounds each wait for memory
/// or for a free transfer.
public record BlockOptions(long bufferBytes, long cacheBytes, int uploadsMax, int downloadsMax, Duration waitMax) {
    private static final long BUFFER_BYTES_DEFAULT = 300L * Sizes.MIB;
    private static final int UPLOADS_DEFAULT = 20;
    private static final int DOWNLOADS_DEFAULT = 200;

    /// The official client's defaults.
    public static final BlockOptions DEFAULT = new BlockOptions(
            BUFFER_BYTES_DEFAULT, BUFFER_BYTES_DEFAULT / 2, UPLOADS_DEFAULT, DOWNLOADS_DEFAULT, Duration.ofMinutes(1));

    public BlockOptions {
        if (bufferBytes <= 0 || cacheBytes < 0 || cacheBytes > bufferBytes || uploadsMax <= 0 || downloadsMax <= 0) {
            throw new IllegalArgumentException("buffer (" + bufferBytes + ") must hold the cache (" + cacheBytes
                    + "); uploads (" + uploadsMax + ") and downloads (" + downloadsMax + ") must be > 0");
        }
    }

    /// The same with another limit of memory, half of which is cache.
    public BlockOptions withBufferBytes(long bytes) {
        return new BlockOptions(bytes, bytes / 2, uploadsMax, downloadsMax, waitMax);
    }
}
