package mountagent.tests.cost;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;

/// Sees how many bytes on their way between a caller's memory and a store were copied: those that the store was not
/// given, or did not fill, in the caller's memory itself. Thread-safe.
final class CopyWatch implements ObjectStore {
    private final ObjectStore store;
    private final MemorySegment callers;
    private final AtomicLong copiedBytes = new AtomicLong();

    /// Callers read to and write from `callers`.
    CopyWatch(ObjectStore store, MemorySegment callers) {
        this.store = store;
        this.callers = callers;
    }

    long copiedBytes() {
        return copiedBytes.get();
    }

    private void saw(MemorySegment memory, long bytes) {
        boolean isCallers = memory.isNative()
                && memory.address() >= callers.address()
                && memory.address() + memory.byteSize() <= callers.address() + callers.byteSize();
        if (!isCallers) {
            copiedBytes.addAndGet(bytes);
        }
    }

    @Override
    public void put(String key, MemorySegment body) throws ObjectStoreException {
        saw(body, body.byteSize());
        store.put(key, body);
    }

    @Override
    public long read(String key, long offset, MemorySegment target) throws ObjectStoreException {
        long count = store.read(key, offset, target);
        saw(target, count);
        return count;
    }

    @Override
    public void delete(String key) throws ObjectStoreException {
        store.delete(key);
    }

    @Override
    public Optional<ObjectInfo> head(String key) throws ObjectStoreException {
        return store.head(key);
    }

    @Override
    public ObjectPage list(String prefix, String after, int limit) throws ObjectStoreException {
        return store.list(prefix, after, limit);
    }

    @Override
    public ObjectPage listUnfinished(String prefix, String after, int limit) throws ObjectStoreException {
        return store.listUnfinished(prefix, after, limit);
    }

    @Override
    public void sync(Collection<String> keys) throws ObjectStoreException {
        store.sync(keys);
    }

    @Override
    public void syncAll() throws ObjectStoreException {
        store.syncAll();
    }

    @Override
    public boolean isLocal() {
        return store.isLocal();
    }

    @Override
    public String describe() {
        return store.describe();
    }

    @Override
    public void close() {
        store.close();
    }
}
