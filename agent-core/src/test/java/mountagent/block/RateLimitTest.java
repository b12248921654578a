package mountagent.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.Clock;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.object.ObjectStoreException;
import org.junit.jupiter.api.Test;

final class RateLimitTest {
    private final SettableClock clock = new SettableClock(Timestamp.EPOCH);
    private final AtomicLong rate = new AtomicLong(1_000_000);
    private final RateLimit limit = new RateLimit(rate::get, clock);

    private double secondsFor(int times, long bytes) throws ObjectStoreException {
        long start = clock.nanoTime();
        for (int i = 0; i < times; i++) {
            limit.take(bytes, "a block");
        }
        return (clock.nanoTime() - start) / 1e9;
    }

    @Test
    void bytesPassAtEightyFivePercentOfTheRateAfterABurst() throws Exception {
        // 100,000 bytes are there at once, the rest comes at 850,000 a second
        assertEquals((8_600_000 - 100_000) / 850_000.0, secondsFor(86, 100_000), 0.01);
    }

    @Test
    void aBlockLargerThanTheBucketPassesAndTheNextWaitsForIt() throws Exception {
        assertEquals((4_350_000 - 100_000) / 850_000.0, secondsFor(1, 4_350_000), 0.01);
        assertEquals(1.0, secondsFor(1, 850_000), 0.01);
    }

    @Test
    void whatIsNotUsedIsNotSavedUpBeyondTheBurst() throws Exception {
        assertEquals(0, secondsFor(1, 100_000), 0.001);
        clock.advance(3600, 0);
        assertEquals(1.0, secondsFor(1, 950_000), 0.01);
    }

    @Test
    void theRateMayChangeMeanwhile() throws Exception {
        double slow = secondsFor(10, 1_000_000);
        rate.set(10_000_000);
        assertTrue(secondsFor(10, 1_000_000) < slow / 8);
        rate.set(0);
        assertEquals(0, secondsFor(10, 1_000_000_000), 0.0);
    }

    @Test
    void anInterruptedWaitSaysSo() {
        var real = new RateLimit(() -> 1_000, Clock.SYSTEM);
        Thread.currentThread().interrupt();
        var failure = assertThrows(ObjectStoreException.class, () -> real.take(1_000_000, "chunks/0/0/1_0_5"));
        assertTrue(Thread.interrupted());
        assertEquals(ObjectStoreException.Kind.TRANSIENT, failure.kind());
        assertTrue(String.valueOf(failure.getMessage()).contains("chunks/0/0/1_0_5"), failure::getMessage);
    }

    @Test
    void waitsAreBoundedByTheDebt() throws Exception {
        assertTrue(Duration.ofMillis((long) (secondsFor(1, 2_000_000) * 1000)).compareTo(Duration.ofSeconds(3)) < 0);
    }
}
