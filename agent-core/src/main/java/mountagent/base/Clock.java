package mountagent.base;

import java.time.Duration;
import java.time.Instant;

/// The time, so that a test can set it. Thread-safe.
public interface Clock {
    /// The machine's clock, with nanoseconds as far as it has them.
    Clock SYSTEM = new Clock() {
        @Override
        public Timestamp now() {
            return Timestamp.of(Instant.now());
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration time) throws InterruptedException {
            Thread.sleep(time);
        }
    };

    /// The time of day.
    Timestamp now();

    /// Nanoseconds from some fixed point, for measuring waits.
    long nanoTime();

    /// Waits for `time`, or less when interrupted.
    void sleep(Duration time) throws InterruptedException;
}
