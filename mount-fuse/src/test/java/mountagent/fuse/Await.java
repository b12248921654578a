package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;

/// Waits for what must come about.
final class Await {
    private Await() {}

    /// Something that is true or not yet.
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    /// Returns once `condition` holds; fails after 20 s.
    static void until(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, () -> "not within 20 s: " + what);
            Thread.onSpinWait();
        }
    }
}
