package mountagent.powercut;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import mountagent.base.Clock;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.memory.MemoryStore;

/// A store in memory that knows which objects were synced. Thread-safe; `instant` is shared with the engine, so that a
/// cut falls between calls.
final class CutStore implements ObjectStore {
    private static final int PAGE = 1000;

    private final MemoryStore store;
    private final ReadWriteLock instant;
    private final Set<String> unsynced = ConcurrentHashMap.newKeySet();
    private final AtomicLong deletions = new AtomicLong();

    CutStore(ReadWriteLock instant) {
        this.store = new MemoryStore(Clock.SYSTEM);
        this.instant = instant;
    }

    /// What a power cut leaves: objects that were never synced are gone, deletions stay. Called under the write lock of
    /// `instant`.
    MemoryStore afterCut() throws ObjectStoreException {
        MemoryStore left = new MemoryStore(Clock.SYSTEM);
        String after = "";
        boolean isLast = false;
        while (!isLast) {
            ObjectPage page = store.list("", after, PAGE);
            for (ObjectInfo object : page.objects()) {
                after = object.key();
                if (!unsynced.contains(after)) {
                    byte[] content = new byte[Math.toIntExact(object.size())];
                    store.read(after, 0, MemorySegment.ofArray(content));
                    left.put(after, MemorySegment.ofArray(content));
                }
            }
            isLast = page.isLast();
        }
        return left;
    }

    /// How many objects have been deleted.
    long deletions() {
        return deletions.get();
    }

    /// The objects that a power cut would take.
    Set<String> unsynced() {
        return new TreeSet<>(unsynced);
    }

    @Override
    public void put(String key, MemorySegment body) throws ObjectStoreException {
        instant.readLock().lock();
        try {
            unsynced.add(key);
            store.put(key, MemorySegment.ofArray(body.toArray(ValueLayout.JAVA_BYTE)));
        } finally {
            instant.readLock().unlock();
        }
    }

    @Override
    public long read(String key, long offset, MemorySegment target) throws ObjectStoreException {
        return store.read(key, offset, target);
    }

    @Override
    public void delete(String key) throws ObjectStoreException {
        instant.readLock().lock();
        try {
            store.delete(key);
            unsynced.remove(key);
            deletions.incrementAndGet();
        } finally {
            instant.readLock().unlock();
        }
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
        instant.readLock().lock();
        try {
            store.sync(keys);
            unsynced.removeAll(keys);
        } finally {
            instant.readLock().unlock();
        }
    }

    @Override
    public void syncAll() throws ObjectStoreException {
        instant.readLock().lock();
        try {
            store.syncAll();
            unsynced.clear();
        } finally {
            instant.readLock().unlock();
        }
    }

    @Override
    public boolean isLocal() {
        return true;
    }

    @Override
    public String describe() {
        return "power-cut " + store.describe();
    }

    @Override
    public void close() {
        store.close();
    }
}
