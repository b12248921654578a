package mountagent.cache;

import static mountagent.cache.CacheFixture.content;
import static mountagent.cache.CacheFixture.key;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import mountagent.base.Clock;
import mountagent.object.file.SmallDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The cache over several directories, with its threads.
final class DiskCacheTest {
    private static final DiskCache.Owner OWNER = new DiskCache.Owner(CacheFixture.UUID, false);
    private static final long STRESS_MILLIS = Long.getLong("mountagent.cache.stressMillis", 2_000);

    @TempDir
    Path folder = Path.of("/");

    private final List<BlockCache> open = new ArrayList<>();
    private final AtomicInteger held = new AtomicInteger();

    @AfterEach
    void nothingIsHeldAndNoThreadIsLeft() {
        open.forEach(BlockCache::close);
        assertEquals(0, held.get(), "buffers held by the queue");
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("cache-")));
    }

    private BlockCache cache(CacheOptions options, String... names) {
        List<Path> homes = Arrays.stream(names).map(folder::resolve).toList();
        BlockCache cache = DiskCache.open(homes, OWNER, options, Clock.SYSTEM);
        open.add(cache);
        return cache;
    }

    private boolean offer(BlockCache cache, CacheKey key) {
        held.incrementAndGet();
        boolean isTaken = cache.offer(key, MemorySegment.ofArray(content(key)), held::decrementAndGet);
        if (!isTaken) {
            held.decrementAndGet();
        }
        return isTaken;
    }

    private static boolean isHit(BlockCache cache, CacheKey key) {
        byte[] target = new byte[key.length()];
        boolean isHit = cache.read(key, 0, MemorySegment.ofArray(target));
        if (isHit) {
            assertArrayEquals(content(key), target);
        }
        return isHit;
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited too long");
            Thread.onSpinWait();
        }
    }

    @Test
    void blocksAreSpreadOverDirectoriesAndFoundAgain() {
        BlockCache cache = cache(CacheFixture.OPTIONS, "a", "b", "c");
        for (int id = 1; id <= 60; id++) {
            assertTrue(cache.store(key(id, 100), MemorySegment.ofArray(content(key(id, 100)))));
        }
        var homes = new java.util.TreeSet<String>();
        for (int id = 1; id <= 60; id++) {
            CacheLocation location = cache.find(key(id, 100));
            assertNotNull(location);
            assertEquals(100, location.bytes());
            homes.add(location.where());
        }
        assertEquals(List.of(folder + "/a", folder + "/b", folder + "/c"), List.copyOf(homes));
        cache.close();
        BlockCache again = cache(CacheFixture.OPTIONS, "a", "b", "c");
        for (int id = 1; id <= 60; id++) {
            assertTrue(isHit(again, key(id, 100)));
        }
        await(() -> again.statistics().items() == 60);
        assertNull(again.find(key(61, 100)));
    }

    @Test
    void aBlockWhereOlderClientsKeptItIsFound() {
        BlockCache cache = cache(CacheFixture.OPTIONS, "a", "b");
        CacheKey key = key(1, 100);
        assertTrue(cache.store(key, MemorySegment.ofArray(content(key))));
        CacheLocation now = cache.find(key);
        assertNotNull(now);
        cache.close();
        // swapping the ids swaps the places on the ring, not those before it
        for (String one : List.of("a", "b")) {
            assertTrue(folder.resolve(one)
                    .resolve(CacheFixture.UUID)
                    .toFile()
                    .renameTo(folder.resolve(one + ".away").toFile()));
        }
        for (int id = 1; id <= 100; id++) {
            moveToLegacyPlace(key(id, 100));
        }
        BlockCache again = cache(CacheFixture.OPTIONS, "a", "b");
        for (int id = 1; id <= 100; id++) {
            assertTrue(isHit(again, key(id, 100)), "block " + id);
        }
        assertTrue(again.evict(key(7, 100)));
        assertFalse(isHit(again, key(7, 100)));
    }

    private void moveToLegacyPlace(CacheKey key) {
        int place = Integer.remainderUnsigned(HashRing.fnv1(key.path(false)), 2);
        Path file = folder.resolve(place == 0 ? "a" : "b")
                .resolve(CacheFixture.UUID)
                .resolve("raw")
                .resolve(key.path(false));
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, content(key));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aDirectoryThatCannotBeUsedIsLeftOut() throws Exception {
        Files.writeString(folder.resolve("file"), "in the way");
        BlockCache cache = cache(CacheFixture.OPTIONS, "a", "file");
        for (int id = 1; id <= 20; id++) {
            assertTrue(cache.store(key(id, 100), MemorySegment.ofArray(content(key(id, 100)))));
        }
        assertSame(BlockCache.NONE, cache(CacheFixture.OPTIONS, "file"));
    }

    @Test
    void theQueueIsBoundedAndNobodyWaits() {
        BlockCache cache = cache(CacheFixture.OPTIONS, "a");
        int taken = 0;
        int mostHeld = 0;
        for (int id = 1; id <= 200; id++) {
            taken += offer(cache, key(id, 500_000)) ? 1 : 0;
            mostHeld = Math.max(mostHeld, held.get());
        }
        int expected = taken;
        // the queue holds 1 MiB; each of the two writers may be about to say that it has done one more
        assertTrue(mostHeld <= 4, "held at once: " + mostHeld);
        assertTrue(expected >= 2, () -> "taken: " + expected);
        await(() -> held.get() == 0);
        CacheStatistics now = cache.statistics();
        assertEquals(expected, now.writes());
        assertEquals(200 - expected, now.drops());
    }

    @Test
    void whatWaitsIsKnownAndWhatIsRemovedMeanwhileIsNotThereAfterwards() {
        BlockCache cache = cache(CacheFixture.OPTIONS, "a");
        for (int id = 1; id <= 300; id++) {
            CacheKey key = key(id, 3_000);
            assertTrue(offer(cache, key));
            assertTrue(cache.has(key));
            assertFalse(offer(cache, key), "once is enough");
            cache.remove(key);
            await(() -> held.get() == 0);
            assertFalse(cache.has(key));
            assertFalse(isHit(cache, key));
        }
    }

    @Test
    void aFullDiskCostsTheCacheNothingButSpace() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("small"), 4 << 20)) {
            assumeTrue(disk.isReal(), "needs the right to mount a tmpfs");
            Files.write(disk.folder().resolve("filler"), new byte[3_500_000]);
            var options = new CacheOptions(
                    1 << 30, 0, 0, 0600, VerifyLevel.EXTEND, Eviction.NONE, Duration.ZERO, Duration.ZERO, 8 << 20);
            BlockCache cache = cache(options, "small");
            int stored = 0;
            for (int id = 1; id <= 30; id++) {
                CacheKey key = key(id, 100_000);
                stored += cache.store(key, MemorySegment.ofArray(content(key))) ? 1 : 0;
            }
            int before = stored;
            assertTrue(before > 0 && before < 10, () -> "stored: " + before);
            for (int id = 1; id <= before; id++) {
                assertTrue(isHit(cache, key(id, 100_000)));
            }
            assertEquals(0, cache.statistics().ioErrors());
            try (var files = Files.walk(disk.folder())) {
                assertTrue(files.noneMatch(file -> file.toString().endsWith(".tmp")), "nothing half-written is left");
            }
            Files.delete(disk.folder().resolve("filler"));
            CacheKey late = key(99, 100_000);
            await(() -> cache.store(late, MemorySegment.ofArray(content(late))));
            cache.close();
        }
    }

    @Test
    void stagedBlocksAreServedListedAndLeftUntilTheyAreUploaded() throws Exception {
        CacheKey linked = key(5, 50_000);
        CacheKey alone = key(6, 40);
        CacheKey damaged = key(7, 40);
        Path root = folder.resolve("a").resolve(CacheFixture.UUID);
        for (CacheKey key : List.of(linked, alone, damaged)) {
            Path staged = root.resolve("rawstaging").resolve(key.path(false));
            Files.createDirectories(staged.getParent());
            Files.write(staged, content(key));
            byte[] sums =
                    BlockFile.checksums(MemorySegment.ofArray(content(key))).array();
            sums[0] ^= (byte) (key.equals(damaged) ? 1 : 0);
            Files.write(staged, sums, java.nio.file.StandardOpenOption.APPEND);
        }
        Path cached = root.resolve("raw").resolve(linked.path(false));
        Files.createDirectories(cached.getParent());
        Files.createLink(cached, root.resolve("rawstaging").resolve(linked.path(false)));
        Path strange = Files.writeString(root.resolve("rawstaging/chunks/notes"), "x");

        BlockCache cache = cache(CacheFixture.OPTIONS, "a");
        await(() -> cache.staged(10).size() == 3);
        assertEquals(1, cache.staged(1).size());
        assertTrue(isHit(cache, linked));
        assertTrue(isHit(cache, alone));
        assertFalse(cache.evict(linked));
        assertEquals(50_080, cache.statistics().stagedBytes());
        await(() -> cache.statistics().stagedItems() == 3);
        assertTrue(cache.statistics().usedBytes() == 0);

        byte[] target = new byte[50_000];
        assertTrue(cache.readStaged(linked, MemorySegment.ofArray(target)));
        assertArrayEquals(content(linked), target);
        assertFalse(cache.readStaged(damaged, MemorySegment.ofArray(new byte[40])));
        assertTrue(Files.exists(root.resolve("rawstaging").resolve(damaged.path(false))), "kept for whoever can tell");
        assertTrue(Files.exists(root.resolve("rawstaging").resolve(linked.path(false))), "until it is uploaded");

        assertTrue(cache.unstage(linked));
        assertFalse(Files.exists(root.resolve("rawstaging").resolve(linked.path(false))));
        assertTrue(isHit(cache, linked), "it stays as an ordinary block");
        assertEquals(54_096, cache.statistics().usedBytes());

        cache.remove(alone);
        assertFalse(Files.exists(root.resolve("rawstaging").resolve(alone.path(false))), "its slice was deleted");
        assertFalse(cache.unstage(alone), "so nobody wants it any more");
        assertEquals(List.of(), cache.staged(10));
        assertTrue(Files.exists(strange));
    }

    @Test
    void readersWritersAndEvictionGoSideBySide() throws Exception {
        var options = new CacheOptions(
                2_000_000,
                0,
                0,
                0600,
                VerifyLevel.EXTEND,
                Eviction.TWO_RANDOM,
                Duration.ZERO,
                Duration.ofMillis(300),
                4 << 20);
        BlockCache cache = cache(options, "a", "b");
        var hits = new AtomicInteger();
        var start = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(6)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                int role = i;
                running.add(threads.submit(() -> {
                    start.await();
                    long end = System.nanoTime() + STRESS_MILLIS * 1_000_000;
                    while (System.nanoTime() < end) {
                        CacheKey key = key(1 + ThreadLocalRandom.current().nextInt(200), 20_000);
                        switch (role) {
                            case 0, 1 -> offer(cache, key);
                            case 2 -> cache.evict(key);
                            case 3 -> cache.remove(key);
                            default -> hits.addAndGet(isHit(cache, key) ? 1 : 0);
                        }
                    }
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> one : running) {
                one.get(60, TimeUnit.SECONDS);
            }
        }
        await(() -> held.get() == 0);
        CacheStatistics now = cache.statistics();
        assertTrue(hits.get() > 100, () -> "hits: " + hits);
        assertEquals(0, now.corruptions());
        assertEquals(0, now.ioErrors());
        assertTrue(now.usedBytes() <= 2_100_000, now::toString);
    }
}
