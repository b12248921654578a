package mountagent.fuse;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Clock;

/// The requests that are being served and may wait, by the number the kernel gave them.
///
/// An interrupt of the kernel becomes an interrupt of the thread once the [Patience] with the request has
/// ended; whether the operation can still be given up is for the volume to know. [#end] waits for an interrupt
/// that is just being made, so none comes late and hits the thread's next request. Thread-safe.
final class InFlight {
    private static final int EARLY_MAX = 256;
    private static final long EARLY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Clock clock;
    private final ConcurrentMap<Long, Served> threads = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition emptied = lock.newCondition();
    private final Condition interrupted = lock.newCondition();

    /// Those whose callers were interrupted and with which there is still patience.
    private final Set<Served> borne = ConcurrentHashMap.newKeySet();

    /// Requests whose callers were interrupted before it was known that a thread serves them. Most were answered
    /// before: the oldest are forgotten when there are many, and all a second after the newest. Guarded by `lock`.
    private final Set<Long> early = Collections.newSetFromMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > EARLY_MAX;
        }
    });

    private volatile boolean hasEarly;

    /// When the newest came. Guarded by `lock`.
    private long earlyNanos;

    /// One request; compared by identity, as the number may come again.
    static final class Served {
        private static final int RUNS = 0;
        private static final int BEING_INTERRUPTED = 1;
        private static final int DONE = 2;

        private final long unique;
        private final Thread thread;
        private final Patience patience;
        private final long startNanos;
        private final AtomicInteger state = new AtomicInteger(RUNS);

        private Served(long unique, Thread thread, Patience patience, long startNanos) {
            this.unique = unique;
            this.thread = thread;
            this.patience = patience;
            this.startNanos = startNanos;
        }

        private void interrupt() {
            if (state.compareAndSet(RUNS, BEING_INTERRUPTED)) {
                thread.interrupt();
                state.set(RUNS);
            }
        }

        private void end() {
            while (!state.compareAndSet(RUNS, DONE)) {
                Thread.onSpinWait();
            }
        }
    }

    InFlight(Clock clock) {
        this.clock = clock;
    }

    /// Notes that `thread` serves `unique` from now on.
    Served begin(long unique, Thread thread, Patience patience) {
        var served = new Served(unique, thread, patience, clock.nanoTime());
        threads.put(unique, served);
        if (hasEarly && takeEarly(unique)) {
            boolean _ = interrupt(unique);
        }
        return served;
    }

    /// Has the interrupt of a request that no thread is known to serve wait until one does.
    void interruptLater(long unique) {
        lock.lock();
        try {
            early.add(unique);
            earlyNanos = clock.nanoTime();
            hasEarly = true;
        } finally {
            lock.unlock();
        }
        // It may have begun meanwhile, before it could see this.
        if (threads.containsKey(unique) && takeEarly(unique)) {
            boolean _ = interrupt(unique);
        }
    }

    private boolean takeEarly(long unique) {
        lock.lock();
        try {
            boolean isThere = early.remove(unique);
            if (clock.nanoTime() - earlyNanos > EARLY_NANOS) {
                early.clear();
            }
            hasEarly = !early.isEmpty();
            return isThere;
        } finally {
            lock.unlock();
        }
    }

    /// Notes that a request has been replied to: its thread is not interrupted on its account any more.
    void end(Served served) {
        served.end();
        threads.remove(served.unique, served);
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
            case NONE -> served.interrupt();
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
        served.interrupt();
        return true;
    }

    /// Interrupts all.
    void interruptAll() {
        threads.values().forEach(Served::interrupt);
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
