package mountagent.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mountagent.base.Sizes;
import org.junit.jupiter.api.Test;

final class BlockPoolTest {
    private final BlockPool pool = new BlockPool(16L * Sizes.MIB, 4 * Sizes.MIB);

    @Test
    void theLimitIsHard() {
        List<BlockBuffer> held = take(4, 4 * Sizes.MIB);
        assertNull(pool.tryAcquire(1));
        held.removeLast().release();
        held.addAll(take(64, BlockPool.PAGE_BYTES));
        assertNull(pool.tryAcquire(1));
        assertEquals(pool.limitBytes(), pool.usedBytes());
        held.forEach(BlockBuffer::release);
        assertEquals(0, pool.usedBytes());
        assertEquals(0, pool.outstanding());
        take(4, 4 * Sizes.MIB).forEach(BlockBuffer::release);
    }

    @Test
    void theLastHolderGivesBack() {
        BlockBuffer buffer = take(1, 100).getFirst();
        assertTrue(buffer.retain());
        buffer.release();
        assertEquals(1, pool.outstanding());
        buffer.release();
        assertEquals(0, pool.outstanding());
        assertFalse(buffer.retain());
        assertThrows(IllegalStateException.class, buffer::release);
    }

    @Test
    void buffersNeverOverlapAndJoinAgain() {
        var random = new Random(11);
        List<BlockBuffer> held = new ArrayList<>();
        for (int round = 0; round < 20_000; round++) {
            if (random.nextInt(5) < 2 && !held.isEmpty()) {
                BlockBuffer buffer = held.remove(random.nextInt(held.size()));
                assertEquals(System.identityHashCode(buffer), buffer.memory().get(ValueLayout.JAVA_INT, 0));
                long last = buffer.memory().byteSize() - Integer.BYTES;
                assertEquals(System.identityHashCode(buffer), buffer.memory().get(ValueLayout.JAVA_INT, last));
                buffer.release();
            } else {
                BlockBuffer buffer = pool.tryAcquire(1 + random.nextInt(1 << (10 + random.nextInt(13))));
                if (buffer != null) {
                    buffer.memory().set(ValueLayout.JAVA_INT, 0, System.identityHashCode(buffer));
                    long last = buffer.memory().byteSize() - Integer.BYTES;
                    buffer.memory().set(ValueLayout.JAVA_INT, last, System.identityHashCode(buffer));
                    held.add(buffer);
                }
            }
            assertTrue(pool.usedBytes() <= pool.limitBytes());
        }
        held.forEach(BlockBuffer::release);
        assertEquals(0, pool.outstanding());
        take(4, 4 * Sizes.MIB).forEach(BlockBuffer::release);
    }

    @Test
    void aWaiterGetsWhatComesBack() throws Exception {
        List<BlockBuffer> held = take(4, 4 * Sizes.MIB);
        var waiter = CompletableFuture.supplyAsync(() -> pool.acquire(4 * Sizes.MIB, Duration.ofSeconds(20)));
        held.forEach(BlockBuffer::release);
        assertNotNull(waiter.get(20, TimeUnit.SECONDS)).release();
    }

    @Test
    void aWaitEnds() {
        List<BlockBuffer> held = take(4, 4 * Sizes.MIB);
        assertNull(pool.acquire(1, Duration.ofMillis(20)));
        held.forEach(BlockBuffer::release);
    }

    @Test
    void whatIsKeptForLaterIsAskedBackFirst() {
        List<BlockBuffer> held = take(4, 4 * Sizes.MIB);
        pool.onShortage(_ -> held.removeLast().release());
        assertNotNull(pool.tryAcquire(1)).release();
        assertEquals(3, held.size());
        held.forEach(BlockBuffer::release);
    }

    @Test
    void aBlockSizeThatIsNoPowerOfTwoFits() {
        var odd = new BlockPool(1, 3 * Sizes.MIB - 1);
        BlockBuffer buffer = Objects.requireNonNull(odd.tryAcquire(3 * Sizes.MIB - 1));
        assertEquals(4 * Sizes.MIB, buffer.capacityBytes());
        buffer.release();
    }

    private static BlockBuffer assertNotNull(@org.jspecify.annotations.Nullable BlockBuffer buffer) {
        org.junit.jupiter.api.Assertions.assertNotNull(buffer);
        return Objects.requireNonNull(buffer);
    }

    private List<BlockBuffer> take(int count, int bytes) {
        List<BlockBuffer> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(Objects.requireNonNull(pool.tryAcquire(bytes)));
        }
        return taken;
    }
}
