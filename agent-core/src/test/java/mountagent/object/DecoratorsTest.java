package mountagent.object;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import mountagent.base.Clock;
import mountagent.base.Timestamp;
import mountagent.object.FaultyStore.Moment;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.RetryingStore.Policy;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.Test;

/// All decorators at once obey the contract of stores; what each adds is below.
final class DecoratorsTest extends ObjectStoreContract {
    private final List<Duration> sleeps = new ArrayList<>();
    private final FaultyStore faulty = new FaultyStore(new MemoryStore(Clock.SYSTEM));
    private final MeteredStore metered = new MeteredStore(faulty, Clock.SYSTEM);
    private final RetryingStore retrying = new RetryingStore(
            metered, new Policy(4, Duration.ofMillis(100), Duration.ofMillis(300)), clock(), new Random(1));

    @Override
    protected ObjectStore open() {
        return new PrefixStore(retrying, "demo/");
    }

    @Test
    void thePrefixIsPartOfTheStoredKey() throws Exception {
        put("chunks/0", "x");
        assertEquals(
                "demo/chunks/0", faulty.list("", "", 10).objects().getFirst().key());
        assertEquals("memory://demo/", store.describe().replace("faulty ", ""));
    }

    @Test
    void othersInTheBucketAreNotListed() throws Exception {
        var other = new PrefixStore(faulty, "dem");
        other.put("o", java.lang.foreign.MemorySegment.ofArray(new byte[1]));
        other.put("o2/x", java.lang.foreign.MemorySegment.ofArray(new byte[1]));
        assertTrue(keys("", "", 10).isEmpty());
    }

    @Test
    void transientFailuresAreTriedAgainWithGrowingJitteredWaits() throws Exception {
        faulty.fail(Operation.PUT, _ -> true, 1, 3, Kind.TRANSIENT, Moment.BEFORE);
        put("k", "x");
        assertEquals("x", read("k", 0, 9));
        assertEquals(3, retrying.retries());
        assertEquals(3, sleeps.size());
        long[] ceilings = {100, 200, 300};
        for (int i = 0; i < ceilings.length; i++) {
            long millis = sleeps.get(i).toMillis();
            assertTrue(millis >= ceilings[i] / 2 && millis <= ceilings[i], sleeps::toString);
        }
    }

    @Test
    void aStoreThatAsksToBeLeftAloneIsForThatLongButNotForEver() throws Exception {
        var asked = new ArrayList<>(List.of(Duration.ofMillis(250), Duration.ofHours(1)));
        faulty.onCall(Operation.HEAD, () -> {
            if (!asked.isEmpty()) {
                throw new ObjectStoreException(Kind.TRANSIENT, "busy", null, asked.removeFirst());
            }
        });
        assertTrue(store.head("k").isEmpty());
        assertEquals(2, sleeps.size());
        assertTrue(sleeps.get(0).toMillis() >= 250 && sleeps.get(0).toMillis() <= 300, sleeps::toString);
        assertTrue(sleeps.get(1).toMillis() >= 300 && sleeps.get(1).toMillis() <= 400, sleeps::toString);
    }

    @Test
    void triesAreBounded() {
        faulty.fail(Operation.READ, _ -> true, 1, Integer.MAX_VALUE, Kind.TRANSIENT, Moment.BEFORE);
        assertThrows(ObjectStoreException.class, () -> read("k", 0, 1));
        assertEquals(4, faulty.calls(Operation.READ));
    }

    @Test
    void aPutWhoseAnswerIsLostIsRepeatedWithoutHarm() throws Exception {
        faulty.fail(Operation.PUT, _ -> true, 1, 1, Kind.TRANSIENT, Moment.AFTER);
        put("k", "once");
        assertEquals("once", read("k", 0, 9));
        assertEquals(2, faulty.calls(Operation.PUT));
    }

    @Test
    void whatCannotPassIsNotTriedAgain() {
        for (Kind kind : List.of(Kind.FULL, Kind.DENIED, Kind.INVALID, Kind.MISSING)) {
            faulty.heal();
            faulty.failNth(Operation.DELETE, 1, kind);
            var failure = assertThrows(ObjectStoreException.class, () -> store.delete("k"));
            assertEquals(kind, failure.kind());
        }
        assertEquals(0, retrying.retries());
    }

    @Test
    void callsBytesAndFailuresAreMetered() throws Exception {
        put("a", "12345");
        read("a", 0, 3);
        assertThrows(ObjectStoreException.class, () -> read("none", 0, 1));
        assertEquals(5, metered.meter(Operation.PUT).bytes());
        assertEquals(3, metered.meter(Operation.READ).bytes());
        assertEquals(2, metered.meter(Operation.READ).calls());
        assertEquals(1, metered.meter(Operation.READ).failures());
        assertTrue(metered.meter(Operation.PUT).nanos() > 0);
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public Timestamp now() {
                return Timestamp.EPOCH;
            }

            @Override
            public long nanoTime() {
                return 0;
            }

            @Override
            public void sleep(Duration time) {
                sleeps.add(time);
            }
        };
    }
}
