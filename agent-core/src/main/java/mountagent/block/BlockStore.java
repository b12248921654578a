package mountagent.block;

import mountagent.object.ObjectStore;

/// The blocks of a volume over its object store.
public final class BlockStore implements AutoCloseable {
    private final ObjectStore store;

    private BlockStore(ObjectStore store) {
        this.store = store;
    }

    /// Blocks of `format` in `store`, which is closed with it.
    public static BlockStore open(ObjectStore store, BlockFormat format, BlockOptions options) {
        return new BlockStore(store);
    }

    @Override
    public void close() {
        store.close();
    }
}
