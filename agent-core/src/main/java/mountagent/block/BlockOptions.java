package mountagent.block;

import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import mountagent.base.Sizes;

/// Limits of a [BlockStore], and what it hands to a cache.
///
/// `bufferBytes` is the hard limit of off-heap memory for blocks being written, read, kept and on their way into the
/// cache; `cacheBytes` is how much of it blocks may go on occupying after they have been read. `waitMax` bounds each
/// wait for memory or for a free transfer. `prefetchesMax` is how many whole blocks are fetched at once after a part
/// of one was read from a distant store, 0 for none. `cached` says which whole blocks go into the cache; parts of
/// blocks and blocks shorter than the block size always may.
public record BlockOptions(
        long bufferBytes,
        long cacheBytes,
        int uploadsMax,
        int downloadsMax,
        Duration waitMax,
        int prefetchesMax,
        Set<Cached> cached,
        Rates rates) {
    /// Blocks of the full size that go into the cache.
    public enum Cached {
        /// Those that were read whole.
        READS,
        /// Those that were written.
        WRITES
    }

    /// Limits of the bytes a second that go up and come down, read anew at each transfer; 0 means none.
    public record Rates(LongSupplier uploadBytesPerSecond, LongSupplier downloadBytesPerSecond) {
        /// No limits.
        public static final Rates UNLIMITED = new Rates(() -> 0, () -> 0);
    }

    private static final long BUFFER_BYTES_DEFAULT = 300L * Sizes.MIB;
    private static final int UPLOADS_DEFAULT = 20;
    private static final int DOWNLOADS_DEFAULT = 200;

    /// The official client's defaults.
    public static final BlockOptions DEFAULT = new BlockOptions(
            BUFFER_BYTES_DEFAULT, BUFFER_BYTES_DEFAULT / 2, UPLOADS_DEFAULT, DOWNLOADS_DEFAULT, Duration.ofMinutes(1));

    public BlockOptions {
        cached = Set.copyOf(cached);
        if (bufferBytes <= 0 || cacheBytes < 0 || cacheBytes > bufferBytes || uploadsMax <= 0 || downloadsMax <= 0) {
            throw new IllegalArgumentException("buffer (" + bufferBytes + ") must hold the cache (" + cacheBytes
                    + "); uploads (" + uploadsMax + ") and downloads (" + downloadsMax + ") must be > 0");
        }
        if (prefetchesMax < 0) {
            throw new IllegalArgumentException("prefetches (" + prefetchesMax + ") must be >= 0");
        }
    }

    /// These limits, with the official client's defaults for all else.
    public BlockOptions(long bufferBytes, long cacheBytes, int uploadsMax, int downloadsMax, Duration waitMax) {
        this(bufferBytes, cacheBytes, uploadsMax, downloadsMax, waitMax, 1, Set.of(Cached.READS), Rates.UNLIMITED);
    }

    /// The same with another limit of memory, half of which is cache.
    public BlockOptions withBufferBytes(long bytes) {
        return new BlockOptions(bytes, bytes / 2, uploadsMax, downloadsMax, waitMax, prefetchesMax, cached, rates);
    }

    /// The same with another number of prefetches.
    public BlockOptions withPrefetchesMax(int count) {
        return new BlockOptions(bufferBytes, cacheBytes, uploadsMax, downloadsMax, waitMax, count, cached, rates);
    }

    /// The same with another choice of what is cached.
    public BlockOptions withCached(Set<Cached> kinds) {
        return new BlockOptions(
                bufferBytes, cacheBytes, uploadsMax, downloadsMax, waitMax, prefetchesMax, kinds, rates);
    }

    /// The same with other limits of the rates.
    public BlockOptions withRates(Rates limits) {
        return new BlockOptions(
                bufferBytes, cacheBytes, uploadsMax, downloadsMax, waitMax, prefetchesMax, cached, limits);
    }
}
