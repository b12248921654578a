package mountagent.object.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import mountagent.base.Clock;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;

/// Objects on the heap of this process, gone with it. Thread-safe; [#close()] keeps the content, so that a
/// volume can be opened anew on the same store.
public final class MemoryStore implements ObjectStore {
    private final Clock clock;
    private final NavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>();

    private record Stored(MemorySegment content, Instant modified) {}

    /// An empty store whose objects bear the times of `clock`.
    public MemoryStore(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void put(String key, MemorySegment body) throws ObjectStoreException {
        checkInterrupt(key);
        var now = clock.now();
        var time = Instant.ofEpochSecond(now.seconds(), now.nanos());
        objects.put(key, new Stored(MemorySegment.ofArray(body.toArray(ValueLayout.JAVA_BYTE)), time));
    }

    @Override
    public long read(String key, long offset, MemorySegment target) throws ObjectStoreException {
        checkInterrupt(key);
        Stored stored = objects.get(key);
        if (stored == null) {
            throw new ObjectStoreException(Kind.MISSING, "no object " + key + " in " + describe());
        }
        long count = Math.clamp(stored.content.byteSize() - offset, 0, target.byteSize());
        if (count > 0) {
            MemorySegment.copy(stored.content, offset, target, 0, count);
        }
        return count;
    }

    @Override
    public void delete(String key) throws ObjectStoreException {
        checkInterrupt(key);
        objects.remove(key);
    }

    @Override
    public Optional<ObjectInfo> head(String key) throws ObjectStoreException {
        checkInterrupt(key);
        return Optional.ofNullable(objects.get(key)).map(stored -> info(key, stored));
    }

    @Override
    public ObjectPage list(String prefix, String after, int limit) throws ObjectStoreException {
        checkInterrupt(prefix);
        boolean isBelow = after.compareTo(prefix) < 0;
        List<ObjectInfo> page = new ArrayList<>();
        for (Map.Entry<String, Stored> entry :
                objects.tailMap(isBelow ? prefix : after, isBelow).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            if (page.size() == limit) {
                return new ObjectPage(page, false);
            }
            page.add(info(entry.getKey(), entry.getValue()));
        }
        return new ObjectPage(page, true);
    }

    @Override
    public ObjectPage listUnfinished(String prefix, String after, int limit) throws ObjectStoreException {
        checkInterrupt(prefix);
        return new ObjectPage(List.of(), true);
    }

    @Override
    public void sync(Collection<String> keys) {
        // Nothing here survives a power cut, and nobody is told that it does: a volume in memory is lost as a whole.
    }

    @Override
    public void syncAll() {
        // As above.
    }

    @Override
    public boolean isLocal() {
        return true;
    }

    @Override
    public String describe() {
        return "memory://";
    }

    @Override
    public void close() {
        // The content belongs to whoever holds the store.
    }

    private static ObjectInfo info(String key, Stored stored) {
        return new ObjectInfo(key, stored.content.byteSize(), stored.modified);
    }

    private static void checkInterrupt(String key) throws ObjectStoreException {
        if (Thread.currentThread().isInterrupted()) {
            throw new ObjectStoreException(Kind.TRANSIENT, "interrupted at object " + key);
        }
    }
}
