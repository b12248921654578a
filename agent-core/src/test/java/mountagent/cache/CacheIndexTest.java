package mountagent.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import mountagent.cache.CacheIndex.Presence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The index against a plain map, under random operations.
final class CacheIndexTest {
    private final CacheIndex index = new CacheIndex();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theIndexKnowsWhatAPlainMapKnows(long seed) {
        var random = new Random(seed);
        Map<CacheKey, Presence> model = new HashMap<>();
        for (int step = 0; step < 30_000; step++) {
            // ids that differ by the size of the table collide
            var key = new CacheKey(1 + random.nextInt(300) * 64L, random.nextInt(3), 1 + random.nextInt(2));
            Presence known = model.getOrDefault(key, Presence.ABSENT);
            switch (random.nextInt(7)) {
                case 0, 1, 2 -> {
                    index.add(key, step, 0);
                    model.put(key, known == Presence.STAGED ? Presence.STAGED : Presence.CACHED);
                }
                case 3 -> {
                    index.addStaged(key, step);
                    model.put(key, Presence.STAGED);
                }
                case 4 -> {
                    assertEquals(known != Presence.ABSENT, index.remove(key));
                    model.remove(key);
                }
                case 5 -> {
                    assertEquals(known == Presence.CACHED, index.removeCached(key));
                    model.remove(key, Presence.CACHED);
                }
                default -> {
                    index.unstage(key);
                    model.replace(key, Presence.STAGED, Presence.CACHED);
                }
            }
            assertEquals(model.getOrDefault(key, Presence.ABSENT), index.touch(key, step), () -> "seed " + seed);
        }
        assertSame(model);
    }

    private void assertSame(Map<CacheKey, Presence> model) {
        var seen = new HashMap<CacheKey, Presence>();
        index.walk(12_345, (key, _, isStaged) -> {
            seen.put(key, isStaged ? Presence.STAGED : Presence.CACHED);
            return true;
        });
        assertEquals(model, seen);
        long staged = model.values().stream().filter(Presence.STAGED::equals).count();
        assertEquals(staged, index.stagedItems());
        assertEquals(model.size() - staged, index.items());
        long used = model.entrySet().stream()
                .filter(entry -> entry.getValue() == Presence.CACHED)
                .mapToLong(entry -> entry.getKey().length() + 4096L)
                .sum();
        assertEquals(used, index.usedBytes());
    }

    @Test
    void whatAWalkDidNotSeeIsForgotten() {
        for (int id = 1; id <= 100; id++) {
            index.add(new CacheKey(id, 0, 10), 1, 0);
        }
        index.beginWalk();
        for (int id = 1; id <= 50; id++) {
            index.add(new CacheKey(id, 0, 10), 1, 0);
        }
        index.removeUnseen();
        assertEquals(50, index.items());
        index.beginWalk();
        index.removeUnseen();
        assertEquals(0, index.items());
        assertEquals(0, index.usedBytes());
    }

    @Test
    void contentIsRememberedByItsTag() {
        var key = new CacheKey(7, 0, 10);
        index.add(key, 1, 0);
        assertTrue(index.fitsTag(key, 0), "nothing is known yet");
        assertTrue(index.fitsTag(key, 5), "still not known");
        assertTrue(index.fitsTag(key, 5));
        assertFalse(index.fitsTag(key, 7));
        assertFalse(index.fitsTag(key, 0), "it had checksums before");
    }

    @Test
    void timesHoldFarBeyondTheThirtyOneBitsOfTheSystem() {
        assertEquals(1, CacheIndex.time(0));
        assertTrue(CacheIndex.time(1L << 31) > CacheIndex.time((1L << 31) - 1));
        assertEquals(Integer.MAX_VALUE, CacheIndex.time(1L << 40));
    }

    @Test
    void theOldestGoFirstAndOfTheSameAgeTheLargest() {
        for (int id = 1; id <= 10; id++) {
            index.add(new CacheKey(id, 0, 100 + id), id <= 5 ? 10 : 20, 0);
        }
        Long age = index.ageToFree(1, 2);
        var gone = new HashSet<Long>();
        index.walk(0, (key, accessed, _) -> {
            if (age != null && IndexShard.age(accessed, key.length()) <= age) {
                gone.add(key.sliceId());
            }
            return true;
        });
        assertEquals(java.util.Set.of(4L, 5L), gone);
    }
}
