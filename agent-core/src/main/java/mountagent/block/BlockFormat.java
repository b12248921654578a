package mountagent.block;

import mountagent.base.Sizes;

/// What a volume's setting says about blocks: their size, their compression, whether names carry the hash
/// prefix, and by how many bytes encryption makes each object longer (0 without).
public record BlockFormat(int blockSizeBytes, Compression compression, boolean hasHashPrefix, int encryptionBytes) {
    /// Blocks that are not encrypted.
    public BlockFormat(int blockSizeBytes, Compression compression, boolean hasHashPrefix) {
        this(blockSizeBytes, compression, hasHashPrefix, 0);
    }

    public BlockFormat {
        if (blockSizeBytes < Sizes.KIB || blockSizeBytes > Sizes.CHUNK) {
            throw new IllegalArgumentException("block size (" + blockSizeBytes + ") must be 1 KiB to 64 MiB");
        }
    }
}
