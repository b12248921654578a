package mountagent.fuse;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The requests that are being served by threads of their own, by the number the kernel gave them.
///
/// An interrupt of the kernel becomes an interrupt of the thread; whether the operation can still be given up
/// is for the volume to know. Each request has a thread to itself, so an interrupt that comes late hits
/// nobody else. Thread-safe.
final class InFlight {
    private record Served(Thread thread, boolean mayBeGivenUp) {}

    private final ConcurrentMap<Long, Served> threads = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition emptied = lock.newCondition();

    /// Notes that `thread`, which has not started yet, serves `unique`. `mayBeGivenUp` is false for what has to be
    /// done to its end even for a process that is being killed: the kernel interrupts that as well.
    void begin(long unique, Thread thread, boolean mayBeGivenUp) {
        threads.put(unique, new Served(thread, mayBeGivenUp));
    }

    /// Notes that `unique` has been replied to.
    void end(long unique) {
        threads.remove(unique);
        if (threads.isEmpty()) {
            lock.lock();
            try {
                emptied.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /// Interrupts the thread that serves `unique`, if that may be given up; false when no thread is known to.
    boolean interrupt(long unique) {
        Served served = threads.get(unique);
        if (served == null) {
            return false;
        }
        if (served.mayBeGivenUp()) {
            served.thread().interrupt();
        }
        return true;
    }

    /// Interrupts all.
    void interruptAll() {
        threads.values().forEach(served -> served.thread().interrupt());
    }

    /// How many there are.
    int count() {
        return threads.size();
    }

    /// Waits until there are none; false when `limit` passes before.
    boolean awaitNone(Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (!threads.isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = emptied.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
