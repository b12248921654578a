package mountagent.cache;

import static mountagent.cache.CacheFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import mountagent.cache.sys.DiskSpace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What goes when the cache is full, by each policy and limit.
final class RoomKeeperTest {
    private static final int LENGTH = 6_000;
    private static final long COST = LENGTH + 4096;

    @TempDir
    Path home = Path.of("/");

    private CacheFixture cache(Eviction policy, long blocks, long itemsMax, double freeRatio, Duration expire)
            throws Exception {
        var options = new CacheOptions(
                blocks * COST, itemsMax, freeRatio, 0600, VerifyLevel.EXTEND, policy, expire, Duration.ZERO, 1 << 20);
        return new CacheFixture(home, options).walked();
    }

    /// Writes a block and lets a second pass.
    private static boolean write(CacheFixture cache, long id) {
        cache.clock.advance(1, 0);
        return cache.write(key(id, LENGTH));
    }

    private static boolean has(CacheFixture cache, long id) {
        return cache.directory.has(key(id, LENGTH));
    }

    private static void assertFilesAreThoseOfTheIndex(CacheFixture cache) throws Exception {
        try (var files = Files.walk(cache.layout.blocks())) {
            assertEquals(
                    cache.directory.statistics().items(),
                    files.filter(Files::isRegularFile).count());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TWO_RANDOM", "LRU"})
    void theCacheStaysWithinItsBytes(Eviction policy) throws Exception {
        CacheFixture cache = cache(policy, 100, 0, 0, Duration.ZERO);
        for (int id = 1; id <= 400; id++) {
            assertTrue(write(cache, id));
            assertTrue(cache.directory.statistics().usedBytes() <= 100 * COST);
        }
        CacheStatistics now = cache.directory.statistics();
        assertTrue(now.items() >= 90, () -> "no more than needed goes: " + now);
        assertEquals(400 - now.items(), now.evictions());
        assertEquals(now.evictions() * LENGTH, now.evictedBytes());
        assertFilesAreThoseOfTheIndex(cache);
    }

    @ParameterizedTest
    @EnumSource(names = {"TWO_RANDOM", "LRU"})
    void theCacheStaysWithinItsItems(Eviction policy) throws Exception {
        CacheFixture cache = cache(policy, 10_000, 50, 0, Duration.ZERO);
        for (int id = 1; id <= 120; id++) {
            assertTrue(write(cache, id));
        }
        assertTrue(cache.directory.statistics().items() <= 50);
        assertTrue(cache.directory.statistics().items() >= 48);
    }

    @Test
    void lruKeepsWhatWasReadLast() throws Exception {
        CacheFixture cache = cache(Eviction.LRU, 100, 0, 0, Duration.ZERO);
        for (int id = 1; id <= 100; id++) {
            assertTrue(write(cache, id));
        }
        cache.clock.advance(1, 0);
        for (int id = 1; id <= 10; id++) {
            assertTrue(cache.isHit(key(id, LENGTH)));
        }
        assertTrue(write(cache, 101));
        for (int id = 1; id <= 10; id++) {
            assertTrue(has(cache, id), "read lately: " + id);
        }
        for (int id = 11; id <= 15; id++) {
            assertFalse(has(cache, id), "not read for longest: " + id);
        }
        assertTrue(has(cache, 50));
    }

    @Test
    void twoRandomKeepsMoreOfWhatIsReadOften() throws Exception {
        CacheFixture cache = cache(Eviction.TWO_RANDOM, 200, 0, 0, Duration.ZERO);
        for (int id = 1; id <= 1000; id++) {
            assertTrue(write(cache, id));
            // the first 20 are read all the time
            for (int hot = 1; hot <= 20 && hot <= id; hot++) {
                boolean _ = cache.isHit(key(hot, LENGTH));
            }
        }
        int hot = 0;
        for (int id = 1; id <= 20; id++) {
            hot += has(cache, id) ? 1 : 0;
        }
        // by chance alone 20 * 200 / 1000 = 4 would be left
        assertTrue(hot >= 12, "left of 20: " + hot);
    }

    @Test
    void withoutEvictionWhatDoesNotFitIsNotTaken() throws Exception {
        CacheFixture cache = cache(Eviction.NONE, 10, 0, 0, Duration.ZERO);
        for (int id = 1; id <= 15; id++) {
            assertEquals(id <= 10, write(cache, id));
        }
        assertEquals(5, cache.directory.statistics().drops());
        assertEquals(0, cache.directory.statistics().evictions());
        assertTrue(cache.isHit(key(1, LENGTH)));
    }

    @Test
    void stagedBlocksAreNeitherCountedNorEvicted() throws Exception {
        CacheFixture cache = cache(Eviction.TWO_RANDOM, 10, 0, 0, Duration.ZERO);
        for (int id = 1000; id < 1050; id++) {
            cache.directory.index().addStaged(key(id, LENGTH), 1);
        }
        for (int id = 1; id <= 50; id++) {
            assertTrue(write(cache, id));
        }
        assertEquals(50, cache.directory.statistics().stagedItems());
        for (int id = 1000; id < 1050; id++) {
            assertTrue(has(cache, id));
        }
    }

    @Test
    void aCacheSmallerThanItsBlocksGoesOnWithNothing() throws Exception {
        CacheFixture cache = cache(Eviction.TWO_RANDOM, 1, 0, 0, Duration.ZERO);
        assertTrue(write(cache, 1));
        boolean _ = write(cache, 2);
        boolean _ = cache.write(key(3, 50_000));
        assertTrue(cache.directory.statistics().usedBytes() <= COST);
    }

    @Test
    void whatIsNotReadExpires() throws Exception {
        CacheFixture cache = cache(Eviction.TWO_RANDOM, 100, 0, 0, Duration.ofMinutes(10));
        assertTrue(write(cache, 1));
        assertTrue(write(cache, 2));
        cache.clock.advance(400, 0);
        assertTrue(cache.isHit(key(2, LENGTH)));
        cache.care.tick();
        assertTrue(has(cache, 1));
        cache.clock.advance(400, 0);
        cache.care.tick();
        assertFalse(has(cache, 1));
        assertTrue(has(cache, 2));
        assertFilesAreThoseOfTheIndex(cache);
    }

    @Test
    void aDiskShortOfSpaceIsGivenSomeBack() throws Exception {
        CacheFixture cache = cache(Eviction.TWO_RANDOM, 1000, 0, 0.1, Duration.ZERO);
        for (int id = 1; id <= 100; id++) {
            assertTrue(write(cache, id));
        }
        long disk = 2000 * COST;
        cache.files.setSpace(new DiskSpace(disk, disk / 10 - 20 * COST, 0, 0));
        cache.care.tick();
        assertEquals(80.0, (double) cache.directory.statistics().items(), 1.0, "20 blocks were lacking");
        assertFalse(write(cache, 200), "nothing more while the disk is short");
        cache.files.setSpace(new DiskSpace(disk, disk / 5, 0, 0));
        cache.care.tick();
        assertTrue(write(cache, 200));
    }

    @Test
    void aDiskShortOfInodesIsGivenSomeBack() throws Exception {
        CacheFixture cache = cache(Eviction.LRU, 1000, 0, 0.1, Duration.ZERO);
        for (int id = 1; id <= 100; id++) {
            assertTrue(write(cache, id));
        }
        cache.files.setSpace(new DiskSpace(1L << 40, 1L << 40, 10_000, 970));
        cache.care.tick();
        assertEquals(70, cache.directory.statistics().items());
    }

    @Test
    void theCapacityIsLoweredToWhatTheDiskMayHold() throws Exception {
        CacheFixture cache = cache(Eviction.TWO_RANDOM, 1000, 0, 0.5, Duration.ZERO);
        cache.files.setSpace(new DiskSpace(100 * COST, 60 * COST, 0, 0));
        cache.care.tick();
        for (int id = 1; id <= 100; id++) {
            assertTrue(write(cache, id));
        }
        assertTrue(cache.directory.statistics().usedBytes() <= 50 * COST);
    }
}
