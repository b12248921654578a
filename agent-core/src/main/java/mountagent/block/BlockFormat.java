package mountagent.block;

import mountagent.base.Sizes;

/// What a volume's setting says about blocks: their size, their compression, whether names carry the hash
/// prefix.
public record BlockFormat(int blockSizeBytes, Compression compression, boolean hasHashPrefix) {
    public BlockFormat {
        if (blockSizeBytes < Sizes.KIB || blockSizeBytes > Sizes.CHUNK) {
            throw new IllegalArgumentException("block size (" + blockSizeBytes + ") must be 1 KiB to 64 MiB");
        }
    }
}
