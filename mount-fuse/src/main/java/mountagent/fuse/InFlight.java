package mountagent.fuse;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Clock;

/// The requests that are being served by threads of their own, by the number the kernel gave them.
///
/// An interrupt of the kernel becomes an interrupt of the thread once the [Patience] with the request has
/// ended; whether the operation can still be given up is for the volume to know. Each request has a thread to
/// itself, so an interrupt that comes late hits nobody else. Thread-safe.
final class InFlight {
    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Clock clock;
    private final ConcurrentMap<Long, Served> threads = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition emptied = lock.newCondition();
    private final Condition interrupted = lock.newCondition();

    /// Those whose callers were interrupted and with which there is still patience.
    private final Set<Served> borne = ConcurrentHashMap.newKeySet();

    /// One request; compared by identity, as the number may come again.
    private static final class Served {
        final long unique;
        final Thread thread;
        final Patience patience;
        final long startNanos;

        Served(long unique, Thread thread, Patience patience, long startNanos) {
            this.unique = unique;
            this.thread = thread;
            this.patience = patience;
            this.startNanos = startNanos;
        }
    }

    InFlight(Clock clock) {
        this.clock = clock;
    }

    /// Notes that `thread`, which has not started yet, serves `unique`.
    void begin(long unique, Thread thread, Patience patience) {
        threads.put(unique, new Served(unique, thread, patience, clock.nanoTime()));
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

    /// Takes note that the caller of `unique` was interrupted; false when no thread is known to serve it.
    boolean interrupt(long unique) {
        Served served = threads.get(unique);
        if (served == null) {
            return false;
        }
        switch (served.patience) {
            case NONE -> served.thread.interrupt();
            case SHORT, LONG -> bear(served);
            case ENDLESS -> {}
        }
        return true;
    }

    private void bear(Served served) {
        borne.add(served);
        lock.lock();
        try {
            interrupted.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Interrupts the threads with which patience has ended, until the calling thread is interrupted itself.
    void watch() throws InterruptedException {
        while (true) {
            lock.lockInterruptibly();
            try {
                while (borne.isEmpty()) {
                    interrupted.await();
                }
                long _ = emptied.awaitNanos(WATCH_NANOS);
            } finally {
                lock.unlock();
            }
            giveUpOld();
        }
    }

    /// Interrupts the threads with which patience has ended, and forgets those that are done.
    void giveUpOld() {
        borne.removeIf(served -> threads.get(served.unique) != served || isGivenUp(served));
    }

    private boolean isGivenUp(Served served) {
        if (clock.nanoTime() - served.startNanos < served.patience.nanos()) {
            return false;
        }
        served.thread.interrupt();
        return true;
    }

    /// Interrupts all.
    void interruptAll() {
        threads.values().forEach(served -> served.thread.interrupt());
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
