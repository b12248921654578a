package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// Reserving, settling and reading anew.
class MeterTest {
    private final Meter meter = new Meter();

    @Test
    void whatIsUnderWayTakesRoom() {
        assertTrue(meter.reserve(10, 0, 6));
        assertFalse(meter.reserve(10, 0, 5));
        assertTrue(meter.reserve(10, 0, 4));
        assertEquals(0, meter.known());
        meter.settle(10, 6);
        meter.release(10, 4);
        assertEquals(6, meter.known());
        assertTrue(meter.reserve(10, 0, 4));
        assertFalse(meter.reserve(10, 4, 5));
    }

    @Test
    void whatASumShrinksByIsGivenBackAtOnceAndWhatIsFreedOnlyWhenCommitted() {
        assertTrue(meter.reserve(10, 0, 10));
        assertTrue(meter.reserve(10, 10, 3));
        assertTrue(meter.reserve(10, 0, 7));
        assertTrue(meter.reserve(10, 7, -5));
        assertFalse(meter.reserve(10, 0, 8));
        meter.settle(10, 3);
        meter.settle(10, -5);
        assertEquals(-2, meter.known());
        assertTrue(meter.reserve(10, 0, 12));
    }

    @Test
    void aRefusalLeavesNothingReserved() {
        assertFalse(meter.reserve(10, 0, 11));
        assertTrue(meter.reserve(10, 0, 10));
    }

    @Test
    void whatEndsDuringAReadingIsNeverTakenForRoom() {
        meter.know(5, meter.mark());
        assertEquals(5, meter.known());
        long mark = meter.mark();
        assertTrue(meter.reserve(0, 0, 3));
        meter.settle(0, 3);
        meter.settle(0, -2);
        meter.know(100, mark);
        assertEquals(103, meter.known());
        meter.know(50, meter.mark());
        assertEquals(50, meter.known());
    }

    @Test
    void withoutALimitEverythingFits() {
        assertTrue(meter.reserve(0, 0, Long.MAX_VALUE / 2));
        assertTrue(meter.reserve(-1, 0, Long.MAX_VALUE / 2));
        meter.release(0, Long.MAX_VALUE / 2);
        assertEquals(0, meter.known());
        assertTrue(meter.reserve(1, 0, 1));
    }
}
