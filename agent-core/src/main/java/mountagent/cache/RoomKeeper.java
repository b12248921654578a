package mountagent.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import mountagent.base.Clock;
import mountagent.cache.sys.DiskSpace;
import org.jspecify.annotations.Nullable;

/// Keeps a cache directory within its limits: says whether a block fits, and chooses which blocks go
/// (reference: client-data-path.md §4.2).
///
/// Full means more bytes or items than allowed, or less of the disk free than asked for. Then blocks go
/// until 95 % of the bytes and 99 % of the items are left, or what the disk lacks is freed. Thread-safe;
/// one thread at a time clears up, and others go on.
final class RoomKeeper {
    private static final double BYTES_GOAL = 0.95;
    private static final double ITEMS_GOAL = 0.99;
    private static final double BYTES_HARD = 1.05;
    private static final int BATCH = 1_000;

    private final CacheIndex index;
    private final CacheOptions options;
    private final Clock clock;
    private final Consumer<CacheKey> evict;
    private final ReentrantLock clearing = new ReentrantLock();
    private volatile long capacityBytes;
    private volatile long itemsMax;
    private volatile boolean isDiskShort;
    private volatile @Nullable DiskSpace space;

    /// A keeper of `index`, from which it takes the blocks that it then hands to `evict`.
    RoomKeeper(CacheIndex index, CacheOptions options, Clock clock, Consumer<CacheKey> evict) {
        this.index = index;
        this.options = options;
        this.clock = clock;
        this.evict = evict;
        this.capacityBytes = options.capacityBytes();
        this.itemsMax = options.itemsMax() == 0 ? Long.MAX_VALUE : options.itemsMax();
    }

    /// Takes note of the space on the disk.
    void learn(DiskSpace now) {
        space = now;
        double share = 1 - options.freeRatio();
        capacityBytes = Math.min(options.capacityBytes(), (long) (now.bytes() * share));
        long configured = options.itemsMax() == 0 ? Long.MAX_VALUE : options.itemsMax();
        itemsMax = now.inodes() == 0 ? configured : Math.min(configured, (long) (now.inodes() * share));
        isDiskShort = now.freeRatio() < options.freeRatio();
    }

    /// Whether a block of `length` bytes may be written now.
    boolean fits(int length) {
        long bytes = index.usedBytes() + CacheIndex.cost(length);
        boolean isOver = bytes > capacityBytes || index.items() >= itemsMax;
        return !isDiskShort && (!isOver || (canEvict() && bytes <= capacityBytes * BYTES_HARD));
    }

    /// Whether room may be made for a block of `length` bytes, if it does not fit as it is.
    boolean mayFit(int length) {
        return fits(length) || (!isDiskShort && canEvict() && CacheIndex.cost(length) <= capacityBytes);
    }

    private boolean canEvict() {
        return options.eviction() != Eviction.NONE;
    }

    /// Evicts until there is room again; does nothing while there is.
    void makeRoom() {
        makeRoom(0, 0);
    }

    /// Evicts until a block of `length` bytes fits; does nothing while it does, or while another thread is at it.
    void makeRoomFor(int length) {
        makeRoom(CacheIndex.cost(length), 1);
    }

    private void makeRoom(long bytesWanted, long itemsWanted) {
        long used = index.usedBytes() + bytesWanted;
        long items = index.items() + itemsWanted;
        boolean isOver = isDiskShort || used > capacityBytes || items > itemsMax;
        if (!isOver || !canEvict() || !clearing.tryLock()) {
            return;
        }
        try {
            long bytes = bytesToFree(used);
            long count = itemsToFree(items);
            if (bytes > 0 || count > 0) {
                free(bytes, count);
            }
        } finally {
            clearing.unlock();
        }
    }

    private long bytesToFree(long used) {
        DiskSpace disk = space;
        long over = used > capacityBytes ? used - (long) (capacityBytes * BYTES_GOAL) : 0;
        long lacking = disk == null ? 0 : (long) (disk.bytes() * options.freeRatio()) - disk.freeBytes();
        return Math.max(over, lacking);
    }

    private long itemsToFree(long items) {
        DiskSpace disk = space;
        long over = items > itemsMax ? items - (long) (itemsMax * ITEMS_GOAL) : 0;
        long lacking = disk == null ? 0 : (long) (disk.inodes() * options.freeRatio()) - disk.freeInodes();
        return Math.max(over, lacking);
    }

    /// Chooses and removes in batches, so that the index is never held for long.
    private void free(long bytes, long count) {
        var limit = options.eviction() == Eviction.LRU ? index.ageToFree(bytes, count) : null;
        long bytesLeft = bytes;
        long countLeft = count;
        while (bytesLeft > 0 || countLeft > 0) {
            List<CacheKey> chosen =
                    limit == null ? olderOfPairs(bytesLeft, countLeft) : upTo(limit, bytesLeft, countLeft);
            long before = bytesLeft;
            for (CacheKey key : chosen) {
                if (index.removeCached(key)) {
                    bytesLeft -= CacheIndex.cost(key.length());
                    countLeft--;
                    evict.accept(key);
                }
            }
            if (bytesLeft == before) {
                return;
            }
        }
    }

    private List<CacheKey> olderOfPairs(long bytes, long count) {
        var choice = new Choice(bytes, count);
        int expired = expiredBefore();
        var pair = new Pair();
        index.walk(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE), (key, accessed, isStaged) -> {
            if (!isStaged) {
                CacheKey loser = accessed < expired ? key : pair.add(key, accessed);
                if (loser != null) {
                    choice.add(loser);
                }
            }
            return !choice.isEnough();
        });
        if (choice.keys.isEmpty() && pair.first != null) {
            choice.add(pair.first);
        }
        return choice.keys;
    }

    private List<CacheKey> upTo(long age, long bytes, long count) {
        var choice = new Choice(bytes, count);
        index.walk(0, (key, accessed, isStaged) -> {
            if (!isStaged && IndexShard.age(accessed, key.length()) <= age) {
                choice.add(key);
            }
            return !choice.isEnough();
        });
        return choice.keys;
    }

    /// Removes what was not read for as long as the options say.
    void expire() {
        int before = expiredBefore();
        if (before == Integer.MIN_VALUE) {
            return;
        }
        for (List<CacheKey> chosen = expired(before); !chosen.isEmpty(); chosen = expired(before)) {
            for (CacheKey key : chosen) {
                if (index.removeCached(key)) {
                    evict.accept(key);
                }
            }
        }
    }

    private List<CacheKey> expired(int before) {
        var choice = new Choice(Long.MAX_VALUE, BATCH);
        index.walk(0, (key, accessed, isStaged) -> {
            if (!isStaged && accessed < before) {
                choice.add(key);
            }
            return choice.keys.size() < BATCH;
        });
        return choice.keys;
    }

    /// Accesses before this time ([CacheIndex#time]) are too old.
    private int expiredBefore() {
        Duration age = options.expireAfter();
        return age.isZero()
                ? Integer.MIN_VALUE
                : CacheIndex.time(clock.now().seconds() - Math.min(age.toSeconds(), Integer.MAX_VALUE));
    }

    /// The first of two blocks that are compared.
    private static final class Pair {
        private @Nullable CacheKey first;
        private int firstAccessed;

        /// The one of two that was not read for longer; null for the first of two.
        @Nullable
        CacheKey add(CacheKey key, int accessed) {
            CacheKey other = first;
            if (other == null) {
                first = key;
                firstAccessed = accessed;
                return null;
            }
            first = null;
            return firstAccessed <= accessed ? other : key;
        }
    }

    /// Blocks chosen so far, and whether they are enough.
    private static final class Choice {
        private final List<CacheKey> keys = new ArrayList<>();
        private long bytesLeft;
        private long countLeft;

        Choice(long bytes, long count) {
            bytesLeft = bytes;
            countLeft = count;
        }

        void add(CacheKey key) {
            keys.add(key);
            bytesLeft -= CacheIndex.cost(key.length());
            countLeft--;
        }

        boolean isEnough() {
            return keys.size() >= BATCH || (bytesLeft <= 0 && countLeft <= 0);
        }
    }
}
