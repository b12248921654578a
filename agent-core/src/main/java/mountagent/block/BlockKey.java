package mountagent.block;

import mountagent.cache.CacheKey;

/// The name of a block: the slice it is of, which one it is, and how many bytes it holds when it is not
/// compressed.
///
/// Blocks are counted from the start of their slice; all but the last of a slice have the volume's block size
/// (reference: volume-format.md §3 and §4.2).
public record BlockKey(long sliceId, int index, int length) {
    public BlockKey {
        if (sliceId <= 0 || index < 0 || length <= 0) {
            throw new IllegalArgumentException(
                    "no block has slice " + sliceId + ", index " + index + ", length " + length);
        }
    }

    /// The block that holds byte `offset` of a slice of `sliceSize` bytes.
    public static BlockKey at(long sliceId, int sliceSize, int offset, int blockSizeBytes) {
        int index = offset / blockSizeBytes;
        return new BlockKey(sliceId, index, Math.min(blockSizeBytes, sliceSize - index * blockSizeBytes));
    }

    /// How many blocks a slice of `sliceSize` bytes has.
    public static int count(int sliceSize, int blockSizeBytes) {
        return Math.ceilDiv(sliceSize, blockSizeBytes);
    }

    /// The key of the object that holds the block, below the volume's prefix.
    public String objectKey(BlockFormat format) {
        return cacheKey().path(format.hasHashPrefix());
    }

    /// The same name for the cache.
    CacheKey cacheKey() {
        return new CacheKey(sliceId, index, length);
    }
}
