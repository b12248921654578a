package mountagent.cache;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// A part of a [CacheIndex]: a hash table in arrays of numbers, 24 bytes a slot, at most three quarters full.
///
/// Open addressing with linear probing; removal shifts back what follows, so that there are no graves. Slice id
/// 0 marks an empty slot. A negative size marks a staged block. The highest bit of the index says in which
/// walk of the directory the block was seen last. Thread-safe; the lock is held for a few memory accesses,
/// longer only while the table grows or is walked.
final class IndexShard {
    private static final int SLOTS_MIN = 16;
    private static final int MARK = 1 << 31;
    private static final int SPREAD = 0x9E3779B9;

    private final ReentrantLock lock = new ReentrantLock();
    private long[] ids = new long[SLOTS_MIN];
    private int[] indexes = new int[SLOTS_MIN];
    private int[] sizes = new int[SLOTS_MIN];
    private int[] times = new int[SLOTS_MIN];
    private int[] tags = new int[SLOTS_MIN];
    private int count;

    /// Looks at one block of a walk; what it returns says whether the walk goes on.
    @FunctionalInterface
    interface Visitor {
        boolean visit(CacheKey key, int accessSeconds, boolean isStaged);
    }

    /// The hash that decides on shard and slot.
    static int hash(long id, int index) {
        long mixed = (id * SPREAD ^ index) * 0xFF51AFD7ED558CCDL;
        return (int) (mixed ^ mixed >>> 32);
    }

    /// What is known about a block: its size, negative when staged; 0 when it is not known. A block that is
    /// known has been accessed at `accessSeconds`, unless that is 0.
    int touch(CacheKey key, int accessSeconds) {
        lock.lock();
        try {
            int slot = find(key);
            if (slot < 0) {
                return 0;
            }
            if (accessSeconds != 0) {
                times[slot] = accessSeconds;
            }
            return sizes[slot];
        } finally {
            lock.unlock();
        }
    }

    /// Adds a block, or changes what is known about it, and returns its size from before: 0 when it is new. A
    /// `tag` of 0 leaves the known one.
    int put(CacheKey key, int size, int accessSeconds, int tag, boolean mark) {
        lock.lock();
        try {
            int slot = find(key);
            int before = 0;
            if (slot >= 0) {
                before = sizes[slot];
                times[slot] = Math.max(times[slot], accessSeconds);
            } else {
                grow();
                slot = ~find(key);
                ids[slot] = key.sliceId();
                times[slot] = accessSeconds;
                tags[slot] = 0;
                count++;
            }
            indexes[slot] = key.index() | (mark ? MARK : 0);
            sizes[slot] = size;
            tags[slot] = tag == 0 ? tags[slot] : tag;
            return before;
        } finally {
            lock.unlock();
        }
    }

    /// Sets the size (its sign) and access time of a known block; whether it is known.
    boolean change(CacheKey key, int size, int accessSeconds) {
        lock.lock();
        try {
            int slot = find(key);
            if (slot < 0) {
                return false;
            }
            sizes[slot] = size;
            times[slot] = accessSeconds;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Whether `tag` is what was remembered of the block's content; remembers it when nothing was.
    boolean fitsTag(CacheKey key, int tag) {
        lock.lock();
        try {
            int slot = find(key);
            if (slot < 0) {
                return true;
            }
            if (tags[slot] == 0) {
                tags[slot] = tag;
            }
            return tags[slot] == tag;
        } finally {
            lock.unlock();
        }
    }

    /// Removes a block if its size passes `ifSize`; its size, or 0 when nothing was removed.
    int remove(CacheKey key, IntPredicate ifSize) {
        lock.lock();
        try {
            int slot = find(key);
            if (slot < 0 || !ifSize.test(sizes[slot])) {
                return 0;
            }
            int size = sizes[slot];
            clear(slot);
            return size;
        } finally {
            lock.unlock();
        }
    }

    /// Shows all blocks in the order of the table, which is none, from a place that `start` chooses.
    /// The visitor must not call the index.
    boolean walk(int start, Visitor visitor) {
        lock.lock();
        try {
            int mask = ids.length - 1;
            for (int i = 0; i < ids.length; i++) {
                int slot = start + i & mask;
                if (ids[slot] != 0 && !visitor.visit(key(slot), times[slot], sizes[slot] < 0)) {
                    return false;
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Packs access time and size of each block that may be evicted into `target` from `at` on: sorted
    /// ascending, the one to evict first comes first. Returns where it ended; what does not fit is left out.
    int ages(long @Nullable [] target, int at) {
        lock.lock();
        try {
            int end = at;
            for (int slot = 0; slot < ids.length; slot++) {
                if (ids[slot] != 0 && sizes[slot] > 0) {
                    if (target != null && end < target.length) {
                        target[end] = age(times[slot], sizes[slot]);
                    }
                    end++;
                }
            }
            return target == null ? end : Math.min(end, target.length);
        } finally {
            lock.unlock();
        }
    }

    /// Older first, larger first.
    static long age(int accessSeconds, int size) {
        return (long) accessSeconds << Integer.SIZE | Integer.MAX_VALUE - size;
    }

    /// Adds to `into` the blocks that were not seen in the walk that `mark` stands for.
    void unseen(boolean mark, List<CacheKey> into) {
        lock.lock();
        try {
            for (int slot = 0; slot < ids.length; slot++) {
                if (ids[slot] != 0 && indexes[slot] < 0 != mark) {
                    into.add(key(slot));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private CacheKey key(int slot) {
        return new CacheKey(ids[slot], indexes[slot] & ~MARK, Math.abs(sizes[slot]));
    }

    private boolean isAt(int slot, CacheKey key) {
        return ids[slot] == key.sliceId()
                && (indexes[slot] & ~MARK) == key.index()
                && Math.abs(sizes[slot]) == key.length();
    }

    /// The slot of a block, or the complement of the empty one where it would go.
    private int find(CacheKey key) {
        int mask = ids.length - 1;
        int slot = slotOf(key.sliceId(), key.index(), mask);
        while (ids[slot] != 0) {
            if (isAt(slot, key)) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
        return ~slot;
    }

    // The low bits choose the shard.
    private static int slotOf(long id, int index, int mask) {
        return hash(id, index) >>> CacheIndex.SHARD_BITS & mask;
    }

    private void clear(int slot) {
        int mask = ids.length - 1;
        int hole = slot;
        for (int next = slot + 1 & mask; ids[next] != 0; next = next + 1 & mask) {
            int home = slotOf(ids[next], indexes[next] & ~MARK, mask);
            if ((next - home & mask) >= (next - hole & mask)) {
                move(next, hole);
                hole = next;
            }
        }
        ids[hole] = 0;
        count--;
    }

    private void move(int from, int to) {
        ids[to] = ids[from];
        indexes[to] = indexes[from];
        sizes[to] = sizes[from];
        times[to] = times[from];
        tags[to] = tags[from];
    }

    private void grow() {
        if ((count + 1) * 4L <= ids.length * 3L) {
            return;
        }
        long[] oldIds = ids;
        int[] oldIndexes = indexes;
        int[] oldSizes = sizes;
        int[] oldTimes = times;
        int[] oldTags = tags;
        int slots = oldIds.length * 2;
        ids = new long[slots];
        indexes = new int[slots];
        sizes = new int[slots];
        times = new int[slots];
        tags = new int[slots];
        for (int old = 0; old < oldIds.length; old++) {
            if (oldIds[old] != 0) {
                int slot = slotOf(oldIds[old], oldIndexes[old] & ~MARK, slots - 1);
                while (ids[slot] != 0) {
                    slot = slot + 1 & slots - 1;
                }
                ids[slot] = oldIds[old];
                indexes[slot] = oldIndexes[old];
                sizes[slot] = oldSizes[old];
                times[slot] = oldTimes[old];
                tags[slot] = oldTags[old];
            }
        }
    }
}
