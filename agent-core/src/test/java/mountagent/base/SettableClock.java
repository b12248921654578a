package mountagent.base;

import java.time.Duration;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// A clock that stands still until it is told to move; waiting on it moves it. Thread-safe.
public final class SettableClock implements Clock {
    private static final long NANOS = 1_000_000_000;

    private final Lock lock = new ReentrantLock();
    private Timestamp now;
    private long nanoTime;

    public SettableClock(Timestamp start) {
        now = start;
    }

    /// Moves the clock on.
    public void advance(long seconds, long nanos) {
        lock.lock();
        try {
            long sum = now.nanos() + nanos;
            now = new Timestamp(now.seconds() + seconds + sum / NANOS, (int) (sum % NANOS));
            nanoTime += seconds * NANOS + nanos;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Timestamp now() {
        lock.lock();
        try {
            return now;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long nanoTime() {
        lock.lock();
        try {
            return nanoTime;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void sleep(Duration time) {
        advance(time.toSeconds(), time.toNanosPart());
    }
}
