package mountagent.sftp.ssh;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes guessing slow: each failed try of an address delays its answer, longer each time, and after twenty the
/// address is locked out for five minutes. What is known of an address is forgotten ten minutes after its last
/// failure, or when 4,096 others have failed after it. Thread-safe.
final class LoginGuard {
    private static final Logger log = LoggerFactory.getLogger(LoginGuard.class);

    private static final int FAILURES_MAX = 20;
    private static final int KNOWN_MAX = 4096;
    private static final Duration LOCKED = Duration.ofMinutes(5);
    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final Duration DELAY_FIRST = Duration.ofMillis(300);
    private static final int DOUBLINGS_MAX = 4;

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock; the one that failed last stands last.
    private final Map<InetAddress, Failures> known = new LinkedHashMap<>(64, 0.75f, true);

    private record Failures(int count, long lastNanos) {}

    LoginGuard(Clock clock) {
        this.clock = clock;
    }

    /// Notes a failed try and returns how long its answer is to be held back.
    Duration failed(InetAddress address) {
        lock.lock();
        try {
            int count = count(address) + 1;
            known.put(address, new Failures(count, clock.nanoTime()));
            if (known.size() > KNOWN_MAX) {
                known.remove(known.keySet().iterator().next());
            }
            if (count == FAILURES_MAX) {
                log.warn("{} is locked out for {} minutes: {} failed log-ins", address, LOCKED.toMinutes(), count);
            }
            return DELAY_FIRST.multipliedBy(1L << Math.min(count - 1, DOUBLINGS_MAX));
        } finally {
            lock.unlock();
        }
    }

    /// Notes that somebody at this address has the right to log in.
    void succeeded(InetAddress address) {
        lock.lock();
        try {
            known.remove(address);
        } finally {
            lock.unlock();
        }
    }

    /// Whether nobody at this address may try now.
    boolean isLocked(InetAddress address) {
        lock.lock();
        try {
            Failures failures = known.get(address);
            return failures != null
                    && failures.count >= FAILURES_MAX
                    && clock.nanoTime() - failures.lastNanos < LOCKED.toNanos();
        } finally {
            lock.unlock();
        }
    }

    private int count(InetAddress address) {
        Failures failures = known.get(address);
        if (failures == null || clock.nanoTime() - failures.lastNanos > REMEMBERED.toNanos()) {
            return 0;
        }
        return failures.count;
    }
}
