package mountagent.fuse;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Sizes;

/// The memory of requests that outlive their turn on a lane: a budget in bytes, in three sizes.
///
/// Who asks for more than is left waits until others are done; each of them ends by itself (waits for locks
/// are bounded apart, see [LockOperations]). A few free ones of each size are kept, newest first, so that a
/// burst does not hold its memory for ever. Thread-safe.
final class RequestPool implements AutoCloseable {
    /// What a budget is counted in.
    private static final int UNIT = Request.DATA_START;

    private final ReentrantLock lock = new ReentrantLock();
    private final Semaphore units;
    private final SizeClass[] classes;

    /// Requests of one size that are free. Guarded by `lock`.
    private record SizeClass(int dataCapacity, int keepMax, Deque<Request> free) {
        int unitsNeeded() {
            return Math.ceilDiv(Request.memoryNeeded(dataCapacity), UNIT);
        }
    }

    /// `dataMax` is the longest data of a request; the budget is raised to two of those if it is less.
    RequestPool(long budgetBytes, int dataMax) {
        this.classes = new SizeClass[] {
            new SizeClass(4 * Sizes.KIB, 256, new ArrayDeque<>()),
            new SizeClass(128 * Sizes.KIB, 64, new ArrayDeque<>()),
            new SizeClass(dataMax, 16, new ArrayDeque<>())
        };
        long least = 2L * Request.memoryNeeded(dataMax);
        this.units = new Semaphore(Math.toIntExact(Math.max(budgetBytes, least) / UNIT));
    }

    /// The most data that a request of the smallest size holds.
    int smallest() {
        return classes[0].dataCapacity;
    }

    /// The most data that any holds.
    int largest() {
        return classes[classes.length - 1].dataCapacity;
    }

    /// A request with room for at least `dataBytes`, which must not be more than [#largest]. Waits for
    /// memory.
    Request take(int dataBytes) throws InterruptedException {
        SizeClass size = classFor(dataBytes);
        units.acquire(size.unitsNeeded());
        lock.lock();
        try {
            Request free = size.free.pollFirst();
            if (free != null) {
                return free;
            }
        } finally {
            lock.unlock();
        }
        try {
            return new Request(size.dataCapacity);
        } catch (OutOfMemoryError e) {
            units.release(size.unitsNeeded());
            throw e;
        }
    }

    /// Takes back a request that [#take] gave, or one of the same size.
    void give(Request request) {
        SizeClass size = classFor(request.dataCapacity());
        boolean kept;
        lock.lock();
        try {
            kept = size.free.size() < size.keepMax;
            if (kept) {
                size.free.addFirst(request);
            }
        } finally {
            lock.unlock();
        }
        if (!kept) {
            request.free();
        }
        units.release(size.unitsNeeded());
    }

    /// Frees what is not in use. Nothing may be taken any more.
    @Override
    public void close() {
        lock.lock();
        try {
            for (SizeClass size : classes) {
                size.free.forEach(Request::free);
                size.free.clear();
            }
        } finally {
            lock.unlock();
        }
    }

    private SizeClass classFor(int dataBytes) {
        for (SizeClass size : classes) {
            if (dataBytes <= size.dataCapacity) {
                return size;
            }
        }
        throw new IllegalArgumentException(dataBytes + " bytes of data are more than " + largest());
    }
}
