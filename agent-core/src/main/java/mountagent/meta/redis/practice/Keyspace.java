package mountagent.meta.redis.practice;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The keys of the one database, what they take, and who watches them.
final class Keyspace {
    private final Map<String, Stored> keys = new HashMap<>();
    private final Map<String, Set<Watch>> watches = new HashMap<>();
    private final long bytesMax;
    private long bytes;

    /// Full at about `bytesMax` bytes.
    Keyspace(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// Whether there is no room for more.
    boolean isFull() {
        return bytes > bytesMax;
    }

    /// What is at `key`, whatever it is.
    @Nullable
    Stored at(String key) {
        return keys.get(key);
    }

    /// What is at `key`, which is of `type` or not there.
    <T extends Stored> @Nullable T at(String key, Class<T> type) throws Refusal {
        Stored found = keys.get(key);
        if (found == null) {
            return null;
        }
        if (!type.isInstance(found)) {
            throw Refusal.wrongType();
        }
        return type.cast(found);
    }

    /// The same, made when it is not there: it must get an element then.
    <T extends Stored> T made(String key, Class<T> type, Supplier<T> fresh) throws Refusal {
        T found = at(key, type);
        if (found != null) {
            return found;
        }
        T made = fresh.get();
        put(key, made);
        return made;
    }

    /// Puts `value` in the place of what was there.
    void put(String key, Stored value) {
        Stored old = keys.put(key, value);
        changed(key, value.size() + (old == null ? Stored.size(key.length()) : -old.size()));
    }

    /// Takes note that the value at `key` has changed and takes `grown` bytes more; without elements it goes.
    void changed(String key, long grown) {
        bytes += grown;
        Stored now = keys.get(key);
        if (now != null && now.isEmpty() && grown < 0) {
            keys.remove(key);
            bytes -= Stored.size(key.length());
        }
        breakWatches(key);
    }

    /// Whether there was something to remove.
    boolean remove(String key) {
        Stored old = keys.remove(key);
        if (old != null) {
            bytes -= old.size() + Stored.size(key.length());
            breakWatches(key);
        }
        return old != null;
    }

    private void breakWatches(String key) {
        Set<Watch> watching = watches.get(key);
        if (watching != null) {
            watching.forEach(Watch::breakOff);
        }
    }

    /// All names of keys.
    Set<String> names() {
        return keys.keySet();
    }

    void clear() {
        keys.clear();
        bytes = 0;
        watches.values().forEach(watching -> watching.forEach(Watch::breakOff));
    }

    void watch(String key, Watch watch) {
        watch.keys().add(key);
        watches.computeIfAbsent(key, _ -> new HashSet<>()).add(watch);
    }

    void unwatch(Watch watch) {
        for (String key : watch.keys()) {
            watches.computeIfPresent(key, (_, watching) -> {
                watching.remove(watch);
                return watching.isEmpty() ? null : watching;
            });
        }
        watch.clear();
    }
}
