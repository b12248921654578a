package mountagent.cache;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether a cache directory's disk can be relied on (reference: client-data-path.md §4.3).
///
/// Three errors within a minute, an operation that takes longer than 30 s being one, make it unstable: then at most ten
/// operations run at once, the others go to the store, and a small file is written, read and removed every half a
/// second. A minute with at least 60 operations and no error makes it normal again. Half an hour of instability makes
/// it down: nothing is asked of it but those probes, and a good minute brings it back. Thread-safe.
final class DiskHealth {
    private static final Logger LOG = LoggerFactory.getLogger(DiskHealth.class);

    private static final int ERRORS_MAX = 3;
    private static final int UNSTABLE_OPERATIONS_MAX = 10;
    private static final int GOOD_OPERATIONS = 60;
    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long DOWN_NANOS = Duration.ofMinutes(30).toNanos();
    private static final long SLOW_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int SLOTS = 64;
    private static final long FREE = Long.MIN_VALUE;

    /// The states, best first.
    enum State {
        NORMAL,
        UNSTABLE,
        DOWN
    }

    private final String name;
    private final Clock clock;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong errorsEver = new AtomicLong();
    private final AtomicLongArray startedAt = new AtomicLongArray(SLOTS);
    private final ReentrantLock lock = new ReentrantLock();
    private volatile State state = State.NORMAL;
    private long windowStart;
    private int windowErrors;
    private int windowOperations;
    private long unstableSince;

    DiskHealth(String name, Clock clock) {
        this.name = name;
        this.clock = clock;
        for (int i = 0; i < SLOTS; i++) {
            startedAt.set(i, FREE);
        }
    }

    State state() {
        return state;
    }

    /// How many operations failed so far.
    long errors() {
        return errorsEver.get();
    }

    /// Asks to run an operation: -1 when it must not, else a number for [#end].
    int begin() {
        State now = state;
        int count = running.incrementAndGet();
        if (now == State.DOWN || (now == State.UNSTABLE && count > UNSTABLE_OPERATIONS_MAX)) {
            running.decrementAndGet();
            return -1;
        }
        return watch();
    }

    /// The same for a probe, which always may.
    int beginProbe() {
        running.incrementAndGet();
        return watch();
    }

    /// Operations beyond the slots are not watched: one of the others will tell.
    private int watch() {
        long now = clock.nanoTime();
        int slot = (int) (Thread.currentThread().threadId() % SLOTS);
        return startedAt.compareAndSet(slot, FREE, now == FREE ? now + 1 : now) ? slot : SLOTS;
    }

    /// An operation has ended.
    void end(int token) {
        running.decrementAndGet();
        if (token < SLOTS) {
            startedAt.set(token, FREE);
        }
        if (state != State.NORMAL) {
            count(0);
        }
    }

    /// An operation has failed in a way that is the disk's fault.
    void failed(String what) {
        errorsEver.incrementAndGet();
        if (state == State.NORMAL) {
            LOG.warn("cache directory {}: {}", name, what);
        } else {
            LOG.debug("cache directory {}: {}", name, what);
        }
        count(1);
    }

    /// Looks for operations that hang and for states that end. Called every half a second or so.
    void tick() {
        long now = clock.nanoTime();
        for (int slot = 0; slot < SLOTS; slot++) {
            long start = startedAt.get(slot);
            if (start != FREE && now - start > SLOW_NANOS && startedAt.compareAndSet(slot, start, now)) {
                failed("an operation takes longer than " + SLOW_NANOS / 1_000_000_000 + " s");
            }
        }
        lock.lock();
        try {
            settle(now);
        } finally {
            lock.unlock();
        }
    }

    private void count(int errors) {
        lock.lock();
        try {
            long now = clock.nanoTime();
            settle(now);
            windowErrors += errors;
            windowOperations++;
            if (state == State.NORMAL && windowErrors >= ERRORS_MAX) {
                become(State.UNSTABLE, now);
                unstableSince = now;
                LOG.warn("cache directory {} fails; reads go to the object store while it does", name);
            }
        } finally {
            lock.unlock();
        }
    }

    private void settle(long now) {
        if (state != State.DOWN && state != State.NORMAL && now - unstableSince > DOWN_NANOS) {
            become(State.DOWN, now);
            LOG.error("cache directory {} has failed for half an hour and is not used until it works again", name);
        }
        if (now - windowStart < WINDOW_NANOS) {
            return;
        }
        if (state != State.NORMAL && windowErrors == 0 && windowOperations >= GOOD_OPERATIONS) {
            become(State.NORMAL, now);
            LOG.info("cache directory {} works again", name);
        }
        windowStart = now;
        windowErrors = 0;
        windowOperations = 0;
    }

    private void become(State next, long now) {
        state = next;
        windowStart = now;
        windowErrors = 0;
        windowOperations = 0;
    }
}
