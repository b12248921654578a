package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RecentValuesTest {
    private static final int SIZE = 1 << 12;

    private final RecentValues<Long, String> values = new RecentValues<>(SIZE);

    @Test
    void whatWasPutLastIsFound() {
        values.put(7L, "a");
        values.put(8L, "b");
        values.put(7L, "c");
        assertEquals("c", values.get(7L));
        assertEquals("b", values.get(8L));
        assertNull(values.get(9L));
        values.remove(7L);
        assertNull(values.get(7L));
        assertEquals("b", values.get(8L));
        values.clear();
        assertNull(values.get(8L));
    }

    /// As inodes and their files come: one after the other.
    @Test
    void mostOfWhatFitsIsKeptAndTheNewestAlways() {
        int kept = 0;
        for (long i = 0; i < 10 * SIZE; i++) {
            values.put(i, "v" + i);
            assertEquals("v" + i, values.get(i));
        }
        for (long i = 10 * SIZE - SIZE / 2; i < 10 * SIZE; i++) {
            kept += values.get(i) == null ? 0 : 1;
        }
        assertTrue(kept > SIZE / 2 * 8 / 10, kept + " of " + SIZE / 2);
        int old = 0;
        for (long i = 0; i < 5 * SIZE; i++) {
            old += values.get(i) == null ? 0 : 1;
        }
        assertTrue(old < SIZE / 10, old + " old ones are still there");
    }

    /// What is found is what somebody put for that key, whoever else is at it; and what is removed last is gone.
    @Test
    void manyThreadsFindTheirOwnAndRemoveIt() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int thread = 0; thread < 4; thread++) {
            threads.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((_, e) -> failures.add(e))
                    .start(() -> {
                        for (long i = 0; i < 200_000; i++) {
                            long key = i % 500;
                            values.put(key, "v" + key);
                            String found = values.get(key);
                            assertTrue(found == null || found.equals("v" + key), found);
                        }
                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), failures);
        for (long key = 0; key < 500; key++) {
            values.remove(key);
            assertNull(values.get(key));
        }
    }

    @Test
    void itsRoomIsAPowerOfTwo() {
        assertThrows(IllegalArgumentException.class, () -> new RecentValues<Long, String>(1000));
        assertThrows(IllegalArgumentException.class, () -> new RecentValues<Long, String>(2));
    }
}
