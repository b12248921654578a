package mountagent.meta;

import mountagent.base.Sizes;

/// One 64 MiB range of a file: `index` counts from 0.
public record ChunkKey(long inode, int index) {
    /// The chunk of `inode` that holds byte `offset`.
    public static ChunkKey at(long inode, long offset) {
        return new ChunkKey(inode, Math.toIntExact(offset / Sizes.CHUNK));
    }
}
