package mountagent.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What a cache directory is known to hold: block, time of the last access, whether it is staged. In memory, 32 to
/// 64 bytes a block, in parts with a lock each. Thread-safe.
///
/// Each block counts its length and 4,096 bytes; staged blocks are counted apart and never chosen for
/// eviction (reference: client-data-path.md §4.2).
final class CacheIndex {
    static final int SHARD_BITS = 6;
    private static final int SHARDS = 1 << SHARD_BITS;
    private static final int OVERHEAD_BYTES = 4096;
    private static final long TIMES_BEGIN = 1_577_836_800;

    private final IndexShard[] shards = new IndexShard[SHARDS];
    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicLong items = new AtomicLong();
    private final AtomicLong stagedBytes = new AtomicLong();
    private final AtomicLong stagedItems = new AtomicLong();
    private volatile boolean mark;

    /// What is known about a block.
    enum Presence {
        ABSENT,
        CACHED,
        STAGED
    }

    CacheIndex() {
        Arrays.setAll(shards, _ -> new IndexShard());
    }

    /// Seconds since 1970 as the index keeps times: 31 bits from 2020 on, what is older counts as 2020.
    static int time(long seconds) {
        return Math.clamp(seconds - TIMES_BEGIN, 1, Integer.MAX_VALUE);
    }

    /// What a block of `length` bytes counts.
    static long cost(int length) {
        return (long) length + OVERHEAD_BYTES;
    }

    long usedBytes() {
        return usedBytes.get();
    }

    long items() {
        return items.get();
    }

    long stagedBytes() {
        return stagedBytes.get();
    }

    long stagedItems() {
        return stagedItems.get();
    }

    /// What is known about a block, without counting as an access.
    Presence presence(CacheKey key) {
        return touch(key, 0);
    }

    /// The same, counting as an access at `accessSeconds` (of [#time]).
    Presence touch(CacheKey key, int accessSeconds) {
        int size = shard(key).touch(key, accessSeconds);
        if (size == 0) {
            return Presence.ABSENT;
        }
        return size > 0 ? Presence.CACHED : Presence.STAGED;
    }

    /// Adds a block. `tag` is of its content, 0 when that is not known. One that is staged stays so.
    void add(CacheKey key, int accessSeconds, int tag) {
        IndexShard shard = shard(key);
        if (shard.touch(key, 0) >= 0) {
            count(shard.put(key, key.length(), accessSeconds, tag, mark), key.length());
        }
    }

    /// Adds a block that waits to be uploaded, or marks one as such.
    void addStaged(CacheKey key, int accessSeconds) {
        count(shard(key).put(key, -key.length(), accessSeconds, 0, mark), -key.length());
    }

    /// Makes a staged block an ordinary one that goes first.
    void unstage(CacheKey key) {
        IndexShard shard = shard(key);
        int before = shard.touch(key, 0);
        if (before < 0 && shard.change(key, key.length(), 0)) {
            count(before, key.length());
        }
    }

    /// Whether a block's content is the one that was remembered; remembers it when none was. A `tag` of 0, of a file
    /// without checksums, fits only where none was ever seen.
    boolean fitsTag(CacheKey key, int tag) {
        return shard(key).fitsTag(key, tag);
    }

    /// Removes a block; whether it was known.
    boolean remove(CacheKey key) {
        int size = shard(key).remove(key, _ -> true);
        count(size, 0);
        return size != 0;
    }

    /// Removes a block that is not staged; whether it was known.
    boolean removeCached(CacheKey key) {
        int size = shard(key).remove(key, at -> at > 0);
        count(size, 0);
        return size != 0;
    }

    /// Begins a walk of the directory: what is added from now on counts as seen.
    void beginWalk() {
        mark = !mark;
    }

    /// Removes what the walk that has ended did not see.
    void removeUnseen() {
        var unseen = new ArrayList<CacheKey>();
        for (IndexShard shard : shards) {
            unseen.clear();
            shard.unseen(mark, unseen);
            unseen.forEach(this::remove);
        }
    }

    /// Forgets everything.
    void clear() {
        beginWalk();
        removeUnseen();
    }

    /// Shows all blocks, in no order, from a place that `random` chooses. The visitor must not call the
    /// index.
    void walk(int random, IndexShard.Visitor visitor) {
        for (int i = 0; i < SHARDS; i++) {
            if (!shards[random + i & SHARDS - 1].walk(random >>> SHARD_BITS, visitor)) {
                return;
            }
        }
    }

    /// The age ([IndexShard#age]) up to which blocks must go to free `bytes` and `count`, oldest first; null when
    /// there are none. Takes 8 bytes a block for the while.
    @Nullable
    Long ageToFree(long bytes, long count) {
        int total = 0;
        for (IndexShard shard : shards) {
            total = shard.ages(null, total);
        }
        long[] ages = new long[total];
        int end = 0;
        for (IndexShard shard : shards) {
            end = shard.ages(ages, end);
        }
        Arrays.sort(ages, 0, end);
        long freed = 0;
        for (int i = 0; i < end; i++) {
            freed += cost(Integer.MAX_VALUE - (int) ages[i]);
            if (freed >= bytes && i + 1 >= count) {
                return ages[i];
            }
        }
        return end == 0 ? null : Long.valueOf(ages[end - 1]);
    }

    private void count(int before, int after) {
        if (before > 0) {
            usedBytes.addAndGet(-cost(before));
            items.decrementAndGet();
        } else if (before < 0) {
            stagedBytes.addAndGet(before);
            stagedItems.decrementAndGet();
        }
        if (after > 0) {
            usedBytes.addAndGet(cost(after));
            items.incrementAndGet();
        } else if (after < 0) {
            stagedBytes.addAndGet(-after);
            stagedItems.incrementAndGet();
        }
    }

    private IndexShard shard(CacheKey key) {
        return shards[IndexShard.hash(key.sliceId(), key.index()) & SHARDS - 1];
    }
}
