package mountagent.block;

import java.lang.foreign.MemorySegment;

/// The place of a cache on local disk, between memory and the object store. Thread-safe; never fails: what
/// it cannot do, the object store does.
public interface LocalBlocks {
    /// Keeps nothing.
    LocalBlocks NONE = new LocalBlocks() {
        @Override
        public boolean read(BlockKey key, int offset, MemorySegment target) {
            return false;
        }

        @Override
        public void offer(BlockKey key, MemorySegment plain) {
            // Nothing is kept.
        }

        @Override
        public void remove(BlockKey key) {
            // Nothing is kept.
        }
    };

    /// Fills `target` from byte `offset` of a block; false when the block is not here, whole and sound.
    boolean read(BlockKey key, int offset, MemorySegment target);

    /// Shows a block that has been downloaded or uploaded; whether it is kept is up to the cache. `plain`
    /// is valid during the call only.
    void offer(BlockKey key, MemorySegment plain);

    /// Forgets a block.
    void remove(BlockKey key);
}
