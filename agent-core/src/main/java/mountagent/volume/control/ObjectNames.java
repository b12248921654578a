package mountagent.volume.control;

import java.util.ArrayList;
import java.util.List;
import mountagent.block.BlockFormat;
import mountagent.block.BlockKey;
import mountagent.meta.Slice;
import mountagent.volume.NodeInfo;

/// Says which objects hold the pieces of a file.
///
/// `volumeName` is the first part of every key.
record ObjectNames(String volumeName, BlockFormat format) {
    /// A part of an object: `length` bytes from `offset` of the object `key`, which holds `size`; zeros have
    /// no key.
    record Part(int chunkIndex, String key, int size, int offset, int length) {}

    List<Part> of(List<NodeInfo.Piece> pieces) {
        List<Part> parts = new ArrayList<>();
        for (NodeInfo.Piece piece : pieces) {
            add(piece.chunk().index(), piece.slice(), parts);
        }
        return parts;
    }

    private void add(int chunkIndex, Slice slice, List<Part> parts) {
        if (slice.isZeros()) {
            parts.add(new Part(chunkIndex, "", slice.size(), slice.off(), slice.len()));
            return;
        }
        int blockSize = format.blockSizeBytes();
        int end = slice.off() + slice.len();
        for (int offset = slice.off(); offset < end; ) {
            BlockKey block = BlockKey.at(slice.id(), slice.size(), offset, blockSize);
            int inBlock = offset % blockSize;
            int length = Math.min(block.length() - inBlock, end - offset);
            String key = volumeName + "/" + block.objectKey(format);
            parts.add(new Part(chunkIndex, key, block.length(), inBlock, length));
            offset += length;
        }
    }
}
