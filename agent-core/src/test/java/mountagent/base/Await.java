package mountagent.base;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;

/// Waits for what must come about.
public final class Await {
    private Await() {}

    /// Something that is true or not yet.
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /// Returns once `condition` holds; fails after 20 s.
    public static void until(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, () -> "not within 20 s: " + what);
            Thread.onSpinWait();
        }
    }
}
