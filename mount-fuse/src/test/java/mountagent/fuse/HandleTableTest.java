package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.junit.jupiter.api.Test;

final class HandleTableTest {
    @Test
    void numbersStandForWhatTheyWereGivenTo() throws FsException {
        var table = new HandleTable<String>(1000);
        var random = new Random(1);
        Map<Long, String> expected = new HashMap<>();
        for (int i = 0; i < 5000; i++) {
            if (expected.size() < 900 && random.nextInt(3) > 0) {
                String value = "value " + i;
                assertNull(expected.put(table.add(value), value), "a number was given twice");
            } else if (!expected.isEmpty()) {
                long number = expected.keySet().iterator().next();
                assertEquals(expected.remove(number), table.remove(number));
                assertNull(table.find(number));
            }
        }
        for (var entry : expected.entrySet()) {
            assertEquals(entry.getValue(), table.get(entry.getKey()));
        }
        assertEquals(expected.size(), table.count());
        assertEquals(new TreeSet<>(expected.values()), new TreeSet<>(table.removeAll()));
        assertEquals(0, table.count());
    }

    @Test
    void slotsAreUsedAgainUnderAnotherNumber() throws FsException {
        var table = new HandleTable<String>(1000);
        long first = table.add("first");
        table.remove(first);
        long second = table.add("second");
        assertEquals((int) first, (int) second);
        assertNotEquals(first, second);
        assertEquals(
                Errno.EBADF,
                assertThrows(FsException.class, () -> table.get(first)).errno());
    }

    @Test
    void fullTableRefuses() throws FsException {
        var table = new HandleTable<String>(64);
        for (int i = 0; i < 64; i++) {
            table.add("x");
        }
        assertEquals(
                Errno.EMFILE,
                assertThrows(FsException.class, () -> table.add("y")).errno());
    }

    @Test
    void nonsenseStandsForNothing() {
        var table = new HandleTable<String>(64);
        for (long number : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 31}) {
            assertNull(table.find(number));
            assertNull(table.remove(number));
        }
    }
}
