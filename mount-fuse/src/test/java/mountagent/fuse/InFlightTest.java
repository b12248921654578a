package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class InFlightTest {
    private final InFlight inFlight = new InFlight();
    private final Thread thread = Thread.ofVirtual().unstarted(() -> {});

    @Test
    void aWaitForALockIsGivenUpWhenItsCallerIsInterrupted() {
        inFlight.begin(2, thread, Opcode.SETLKW.mayBeGivenUp());
        assertTrue(inFlight.interrupt(2));
        assertTrue(thread.isInterrupted());
    }

    @Test
    void closingIsDoneToItsEndForAProcessThatIsKilled() {
        inFlight.begin(2, thread, Opcode.FLUSH.mayBeGivenUp());
        assertTrue(inFlight.interrupt(2));
        assertFalse(thread.isInterrupted());
    }

    @Test
    void anUnknownRequestIsNotInterrupted() {
        assertFalse(inFlight.interrupt(2));
    }
}
