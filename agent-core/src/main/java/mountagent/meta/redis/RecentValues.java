package mountagent.meta.redis;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The values that were put last, in a room of fixed size: a key has [#WAYS] places, and a new one there pushes out the
/// oldest. Thread-safe, without locks: of two that put at once, the older value may be the one that is found, so that
/// it
/// suits what is checked before it is relied on.
final class RecentValues<K, V> {
    private static final int WAYS = 4;

    private record Entry<K, V>(K key, V value) {}

    private final AtomicReferenceArray<@Nullable Entry<K, V>> places;
    private final int sets;

    /// Room for `size` values, a power of two.
    RecentValues(int size) {
        if (size < WAYS || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("size (" + size + ") must be a power of two >= " + WAYS);
        }
        places = new AtomicReferenceArray<>(size);
        sets = size / WAYS;
    }

    private int first(K key) {
        int hash = key.hashCode() * 0x9E3779B9; // spreads numbers that follow each other
        return ((hash ^ (hash >>> 15)) & (sets - 1)) * WAYS;
    }

    private int find(K key, int first) {
        for (int at = first; at < first + WAYS; at++) {
            if (isOf(key, places.getAcquire(at))) {
                return at;
            }
        }
        return -1;
    }

    private static boolean isOf(Object key, @Nullable Entry<?, ?> entry) {
        return entry != null && entry.key.equals(key);
    }

    /// The value that was put for `key`, or null.
    @Nullable
    V get(K key) {
        int first = first(key);
        for (int at = first; at < first + WAYS; at++) {
            Entry<K, V> entry = places.getAcquire(at);
            if (entry != null && isOf(key, entry)) {
                return entry.value;
            }
        }
        return null;
    }

    /// Keeps `value` for `key`, in the place of an older one.
    void put(K key, V value) {
        var entry = new Entry<>(key, value);
        int first = first(key);
        int at = find(key, first);
        if (at < 0) {
            for (int to = first + WAYS - 1; to > first; to--) {
                places.setRelease(to, places.getAcquire(to - 1));
            }
            at = first;
        }
        places.setRelease(at, entry);
    }

    /// Forgets what was put for `key`.
    void remove(K key) {
        int first = first(key);
        for (int at = find(key, first); at >= 0; at = find(key, first)) {
            places.setRelease(at, null);
        }
    }

    /// Forgets everything.
    void clear() {
        for (int at = 0; at < places.length(); at++) {
            places.setRelease(at, null);
        }
    }
}
