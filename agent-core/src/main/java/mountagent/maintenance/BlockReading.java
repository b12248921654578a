package mountagent.maintenance;

import java.lang.foreign.Arena;
import mountagent.block.BlockKey;
import mountagent.block.BlockStore;
import mountagent.object.ObjectStoreException;

/// Reads whole blocks to see whether they can be: compressed ones must decode to the length in their name.
/// Blocks that are not compressed have no checksum, so that of those only the length is known. Thread-safe.
public final class BlockReading {
    private final BlockStore blocks;

    /// Reads from `blocks`, which stays the caller's.
    public BlockReading(BlockStore blocks) {
        this.blocks = blocks;
    }

    /// What is wrong with a block; empty when it can be read.
    String problem(BlockKey block) {
        try (Arena arena = Arena.ofConfined()) {
            blocks.read(block, 0, arena.allocate(block.length()));
            return "";
        } catch (ObjectStoreException e) {
            return "block " + block.objectKey(blocks.format()) + " cannot be read: " + e.getMessage();
        }
    }
}
