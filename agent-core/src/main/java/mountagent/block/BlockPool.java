package mountagent.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Off-heap memory for blocks, in pieces from 64 KiB to a whole block, with a hard limit.
///
/// # How
///
/// A buddy system. Memory comes from the system in slabs as large as a block (rounded up to 64 KiB times a
/// power of two) and stays. A piece is a slab or half of a larger piece; a piece that comes back is joined
/// with its other half when that is free too. Small pieces are taken from the smallest piece that is free,
/// so that whole slabs stay whole as long as possible.
///
/// Thread-safe. When nothing is free, memory that is only kept for later is asked back first ([Reclaim]).
public final class BlockPool {
    /// The smallest piece.
    public static final int PAGE_BYTES = 64 << 10;

    /// Gives back memory that is kept for later.
    @FunctionalInterface
    interface Reclaim {
        /// Releases about `bytes`, as far as there is anything to release.
        void release(long bytes);
    }

    /// Where a piece lies: `page` counts from the start of the slab, the length is [#PAGE_BYTES] shifted by
    /// `order`.
    record Place(Slab slab, int page, int order) {}

    /// One piece of memory from the system and what is free of it: `freeOrder[p]` is 1 + the order of the
    /// free piece that begins at page p, or 0.
    static final class Slab {
        private final MemorySegment memory;
        private final byte[] freeOrder;

        Slab(MemorySegment memory) {
            this.memory = memory;
            this.freeOrder = new byte[(int) (memory.byteSize() / PAGE_BYTES)];
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(BlockPool.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private final List<Deque<Place>> free = new ArrayList<>();
    private final int orderMax;
    private volatile int slabsMax;
    private int slabs;
    private long usedBytes;
    private int outstanding;
    private long returns;
    private volatile Reclaim reclaim = _ -> {};

    /// A pool of at most `limitBytes` (but at least four slabs) for blocks of `blockSizeBytes`.
    public BlockPool(long limitBytes, int blockSizeBytes) {
        int pages = Math.ceilDiv(blockSizeBytes, PAGE_BYTES);
        orderMax = pages == 1 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(pages - 1);
        slabsMax = Math.clamp(limitBytes / slabBytes(), 4, Integer.MAX_VALUE);
        for (int order = 0; order <= orderMax; order++) {
            free.add(new ArrayDeque<>());
        }
    }

    void onShortage(Reclaim action) {
        reclaim = action;
    }

    /// The hard limit in bytes.
    public long limitBytes() {
        return slabsMax * slabBytes();
    }

    /// How much is held at the moment, in bytes.
    public long usedBytes() {
        lock.lock();
        try {
            return usedBytes;
        } finally {
            lock.unlock();
        }
    }

    /// How many buffers are held at the moment: 0 once everything over the pool has been closed.
    public int outstanding() {
        lock.lock();
        try {
            return outstanding;
        } finally {
            lock.unlock();
        }
    }

    /// A buffer of at least `bytes`, or null when there is none.
    public @Nullable BlockBuffer tryAcquire(int bytes) {
        BlockBuffer buffer = takeFree(bytes);
        if (buffer == null) {
            reclaim.release(Math.max(bytes, slabBytes()));
            buffer = takeFree(bytes);
        }
        return buffer;
    }

    /// A buffer of at least `bytes`, waiting up to `max` for one; null when there is none by then, or the
    /// thread was interrupted (its flag is then set).
    public @Nullable BlockBuffer acquire(int bytes, Duration max) {
        long left = max.toNanos();
        while (true) {
            long seen = returns();
            BlockBuffer buffer = tryAcquire(bytes);
            if (buffer != null || left <= 0) {
                return buffer;
            }
            left = awaitReturn(seen, left);
        }
    }

    /// How many buffers have come back so far.
    public long returns() {
        lock.lock();
        try {
            return returns;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until a buffer has come back since `seen`; returns the time left.
    public long awaitReturn(long seen, long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (returns == seen && left > 0) {
                left = freed.awaitNanos(left);
            }
            return left;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return 0;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable BlockBuffer takeFree(int bytes) {
        int order = order(bytes);
        lock.lock();
        try {
            Place place = take(order);
            if (place == null) {
                return null;
            }
            usedBytes += bytes(order);
            outstanding++;
            MemorySegment memory = place.slab.memory.asSlice((long) place.page * PAGE_BYTES, bytes(order));
            return new BlockBuffer(this, place, memory);
        } finally {
            lock.unlock();
        }
    }

    void takeBack(Place place) {
        lock.lock();
        try {
            usedBytes -= bytes(place.order);
            outstanding--;
            returns++;
            giveFree(place);
            freed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Place take(int order) {
        for (int larger = order; larger <= orderMax; larger++) {
            Place place = free.get(larger).pollFirst();
            if (place != null) {
                place.slab.freeOrder[place.page] = 0;
                return split(place, order);
            }
        }
        Slab slab = slabs == slabsMax ? null : newSlab();
        return slab == null ? null : split(new Place(slab, 0, orderMax), order);
    }

    private @Nullable Slab newSlab() {
        try {
            // Left to the garbage collector: a slab stays readable for whoever holds a piece of it, come what may.
            var slab = new Slab(Arena.ofAuto().allocate(slabBytes(), PAGE_BYTES));
            slabs++;
            return slab;
        } catch (OutOfMemoryError e) {
            if (slabs == 0) {
                throw e;
            }
            slabsMax = slabs;
            LOG.warn("the system gives {} bytes for buffers and no more; going on with those", limitBytes());
            return null;
        }
    }

    private Place split(Place place, int order) {
        Place rest = place;
        while (rest.order > order) {
            int half = rest.order - 1;
            addFree(new Place(rest.slab, rest.page + (1 << half), half));
            rest = new Place(rest.slab, rest.page, half);
        }
        return rest;
    }

    private void giveFree(Place place) {
        Place joined = place;
        while (joined.order < orderMax) {
            int other = joined.page ^ (1 << joined.order);
            if (joined.slab.freeOrder[other] != joined.order + 1) {
                break;
            }
            joined.slab.freeOrder[other] = 0;
            free.get(joined.order).remove(new Place(joined.slab, other, joined.order));
            joined = new Place(joined.slab, Math.min(joined.page, other), joined.order + 1);
        }
        addFree(joined);
    }

    private void addFree(Place place) {
        place.slab.freeOrder[place.page] = (byte) (place.order + 1);
        free.get(place.order).addFirst(place);
    }

    private int order(int bytes) {
        int order = 0;
        while (bytes(order) < bytes) {
            order++;
        }
        if (order > orderMax) {
            throw new IllegalArgumentException("buffer (" + bytes + " bytes) must be at most " + slabBytes());
        }
        return order;
    }

    private long slabBytes() {
        return bytes(orderMax);
    }

    private static long bytes(int order) {
        return (long) PAGE_BYTES << order;
    }
}
