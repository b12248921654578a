package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mountagent.base.Sizes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class RequestPoolTest {
    private static final int LARGEST = Sizes.MIB;

    @Test
    void requestsAreUsedAgain() throws InterruptedException {
        try (var pool = new RequestPool(4L * Sizes.MIB, LARGEST)) {
            Request small = pool.take(100);
            assertTrue(small.dataCapacity() >= 100);
            assertTrue(small.dataCapacity() < 128 * Sizes.KIB);
            pool.give(small);
            assertSame(small, pool.take(4096));
            pool.give(small);
            Request large = pool.take(LARGEST);
            assertEquals(LARGEST, large.dataCapacity());
            pool.give(large);
        }
    }

    @Test
    void whoAsksForMoreThanThereIsWaits() throws Exception {
        try (var pool = new RequestPool(0, LARGEST)) {
            Request one = pool.take(LARGEST);
            Request two = pool.take(LARGEST);
            CompletableFuture<Request> third = CompletableFuture.supplyAsync(() -> take(pool));
            assertThrows(TimeoutException.class, () -> third.get(50, TimeUnit.MILLISECONDS));
            assertFalse(third.isDone());
            pool.give(one);
            pool.give(third.get(10, TimeUnit.SECONDS));
            pool.give(two);
        }
    }

    private static Request take(RequestPool pool) {
        try {
            return pool.take(LARGEST);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
