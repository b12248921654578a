package mountagent.sftp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import mountagent.sftp.session.Footprint.Kind;
import org.junit.jupiter.api.Test;

/// Which requests wait for which.
final class FootprintTest {
    private static final Footprint READ = new Footprint(Kind.READ, 5);
    private static final Footprint WRITE = new Footprint(Kind.HANDLE, 5);
    private static final Footprint OTHER_READ = new Footprint(Kind.READ, 6);
    private static final Footprint OTHER_WRITE = new Footprint(Kind.HANDLE, 6);
    private static final Footprint LIST = new Footprint(Kind.LIST, 5);

    @Test
    void readsOverlapAndNoSlowReadHoldsUpAnythingButItsOwnFile() {
        assertFalse(READ.precedes(READ));
        assertFalse(READ.precedes(Footprint.LOOK));
        assertFalse(READ.precedes(Footprint.CHANGE));
        assertFalse(READ.precedes(OTHER_WRITE));
        assertTrue(READ.precedes(WRITE), "it might read what is written after it, or its handle be closed");
    }

    @Test
    void writesAreSeenByWhatFollowsThem() {
        assertTrue(WRITE.precedes(READ));
        assertTrue(WRITE.precedes(WRITE));
        assertTrue(WRITE.precedes(Footprint.LOOK), "the length");
        assertTrue(WRITE.precedes(Footprint.CHANGE));
        assertFalse(WRITE.precedes(OTHER_READ));
        assertFalse(WRITE.precedes(OTHER_WRITE));
    }

    @Test
    void oneListingIsReadByOneRequestAtATime() {
        assertTrue(LIST.precedes(LIST));
        assertFalse(LIST.precedes(Footprint.CHANGE));
    }

    @Test
    void changesComeOneByOneAndLooksTogether() {
        assertTrue(Footprint.CHANGE.precedes(Footprint.CHANGE));
        assertTrue(Footprint.CHANGE.precedes(Footprint.LOOK));
        assertTrue(Footprint.CHANGE.precedes(READ));
        assertTrue(Footprint.LOOK.precedes(Footprint.CHANGE));
        assertFalse(Footprint.LOOK.precedes(Footprint.LOOK));
        assertFalse(Footprint.CHANGE.precedes(Footprint.FREE));
    }

    @Test
    void whoWaitsForSeveralIsReadyWhenTheLastIsDone() {
        var order = new RequestOrder<String>();
        var first = order.admit("first", OTHER_WRITE);
        var second = order.admit("second", WRITE);
        var third = order.admit("third", Footprint.LOOK);
        assertTrue(first.isReady() && second.isReady());
        assertFalse(third.isReady());
        var ready = new ArrayList<RequestOrder.Entry<String>>();
        order.done(second, ready);
        assertTrue(ready.isEmpty());
        order.done(first, ready);
        assertEquals("third", ready.getFirst().request());
        order.done(third, ready);
        assertEquals(0, order.count());
    }
}
