package mountagent.object;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Optional;

/// Puts a prefix before every key: the part of a bucket that is one volume's (`NAME/`).
public final class PrefixStore implements ObjectStore {
    private final ObjectStore store;
    private final String prefix;

    /// The objects of `store` whose keys begin with `prefix`, shown without it. Closes `store`.
    public PrefixStore(ObjectStore store, String prefix) {
        this.store = store;
        this.prefix = prefix;
    }

    @Override
    public void put(String key, MemorySegment body) throws ObjectStoreException {
        store.put(prefix + key, body);
    }

    @Override
    public long read(String key, long offset, MemorySegment target) throws ObjectStoreException {
        return store.read(prefix + key, offset, target);
    }

    @Override
    public void delete(String key) throws ObjectStoreException {
        store.delete(prefix + key);
    }

    @Override
    public Optional<ObjectInfo> head(String key) throws ObjectStoreException {
        return store.head(prefix + key).map(this::shown);
    }

    @Override
    public ObjectPage list(String keyPrefix, String after, int limit) throws ObjectStoreException {
        return shown(store.list(prefix + keyPrefix, prefix + after, limit));
    }

    @Override
    public ObjectPage listUnfinished(String keyPrefix, String after, int limit) throws ObjectStoreException {
        return shown(store.listUnfinished(prefix + keyPrefix, prefix + after, limit));
    }

    @Override
    public void sync(Collection<String> keys) throws ObjectStoreException {
        store.sync(keys.stream().map(prefix::concat).toList());
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
        return store.describe() + prefix;
    }

    @Override
    public void close() {
        store.close();
    }

    private ObjectPage shown(ObjectPage page) {
        return new ObjectPage(page.objects().stream().map(this::shown).toList(), page.isLast());
    }

    private ObjectInfo shown(ObjectInfo stored) {
        return new ObjectInfo(stored.key().substring(prefix.length()), stored.size(), stored.modified());
    }
}
