package mountagent.block;

import java.util.Locale;

/// The name of a block: the slice it is of, which one it is, and how many bytes it holds when it is not
/// compressed.
///
/// Blocks are counted from the start of their slice; all but the last of a slice have the volume's block size
/// (reference: volume-format.md §3 and §4.2).
public record BlockKey(long sliceId, int index, int length) {
    private static final int THOUSAND = 1_000;
    private static final int MILLION = 1_000_000;
    private static final int HASH_DIRECTORIES = 256;

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
        var key = new StringBuilder(64).append("chunks/");
        if (format.hasHashPrefix()) {
            key.append(String.format(Locale.ROOT, "%02X", sliceId % HASH_DIRECTORIES))
                    .append('/')
                    .append(sliceId / MILLION);
        } else {
            key.append(sliceId / MILLION).append('/').append(sliceId / THOUSAND);
        }
        return key.append('/')
                .append(sliceId)
                .append('_')
                .append(index)
                .append('_')
                .append(length)
                .toString();
    }
}
