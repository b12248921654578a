package mountagent.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import mountagent.base.Clock;
import mountagent.base.Sizes;
import mountagent.block.BlockOptions.Cached;
import mountagent.cache.BlockCache;
import mountagent.cache.CacheLocation;
import mountagent.cache.CacheOptions;
import mountagent.cache.CacheStatistics;
import mountagent.cache.DiskCache;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The blocks of a volume with a cache on disk: what is asked of the store, and what not.
final class CachedBlockStoreTest {
    private static final int BLOCK = Sizes.MIB;
    private static final String UUID = "f00b58b0-1532-437c-839a-6e3a748b2a94";
    private static final BlockOptions OPTIONS =
            new BlockOptions(16L * Sizes.MIB, 8L * Sizes.MIB, 4, 8, Duration.ofSeconds(5));
    private static final BlockKey FULL = new BlockKey(1, 0, BLOCK);
    private static final BlockKey SHORT = new BlockKey(2, 3, 77_777);

    @TempDir
    Path home = Path.of("/");

    private final FaultyStore objects = new FaultyStore(new MemoryStore(Clock.SYSTEM));
    private final List<BlockStore> open = new ArrayList<>();
    private final byte[] content = content();

    private static byte[] content() {
        byte[] bytes = new byte[BLOCK];
        new Random(8).nextBytes(bytes);
        return bytes;
    }

    @AfterEach
    void nothingIsLeftInUse() {
        for (BlockStore blocks : open) {
            blocks.close();
            assertEquals(0, blocks.pool().outstanding());
        }
    }

    private BlockStore open(Compression compression, BlockOptions options) {
        BlockCache cache =
                DiskCache.open(List.of(home), new DiskCache.Owner(UUID, false), CacheOptions.DEFAULT, Clock.SYSTEM);
        var blocks = BlockStore.open(objects, new BlockFormat(BLOCK, compression, false), options, cache);
        open.add(blocks);
        return blocks;
    }

    private void put(BlockStore blocks, BlockKey key) throws ObjectStoreException {
        try (Arena arena = Arena.ofConfined()) {
            blocks.put(key, arena.allocateFrom(ValueLayout.JAVA_BYTE, expected(0, key.length())));
        }
    }

    private void keep(BlockStore blocks, BlockKey key) {
        BlockBuffer buffer = Objects.requireNonNull(blocks.pool().tryAcquire(key.length()));
        MemorySegment.copy(MemorySegment.ofArray(content), 0, buffer.memory(), 0, key.length());
        blocks.keep(key, buffer);
        buffer.release();
    }

    private void assertReads(BlockStore blocks, BlockKey key, int offset, int length) throws ObjectStoreException {
        byte[] target = new byte[length];
        blocks.read(key, offset, MemorySegment.ofArray(target));
        assertArrayEquals(expected(offset, length), target);
    }

    private byte[] expected(int offset, int length) {
        return java.util.Arrays.copyOfRange(content, offset, offset + length);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited too long");
            Thread.onSpinWait();
        }
    }

    private static void awaitItems(BlockStore blocks, long count) {
        await(() -> blocks.cacheStatistics().items() == count);
    }

    @Test
    void aBlockIsDownloadedOnceForAllTime() throws Exception {
        BlockStore first = open(Compression.LZ4, OPTIONS);
        put(first, FULL);
        assertReads(first, FULL, 0, 1000);
        awaitItems(first, 1);
        first.close();
        objects.fail(Operation.READ, _ -> true, 1, Integer.MAX_VALUE, Kind.TRANSIENT, FaultyStore.Moment.BEFORE);
        BlockStore second = open(Compression.LZ4, OPTIONS);
        assertReads(second, FULL, 0, BLOCK);
        assertReads(second, FULL, 500_000, 4096);
        CacheStatistics now = second.cacheStatistics();
        assertEquals(2, now.hits());
        assertEquals(BLOCK + 4096, now.hitBytes());
        assertEquals(0, now.misses());
    }

    @Test
    void aDamagedCacheFileIsFetchedAgain() throws Exception {
        BlockStore first = open(Compression.ZSTD, OPTIONS);
        put(first, FULL);
        assertReads(first, FULL, 0, 1000);
        awaitItems(first, 1);
        first.close();
        Path file = home.resolve(UUID).resolve("raw/chunks/0/0/1_0_" + BLOCK);
        byte[] bytes = Files.readAllBytes(file);
        bytes[700_000] ^= 1;
        Files.write(file, bytes);
        BlockStore second = open(Compression.ZSTD, OPTIONS);
        assertReads(second, FULL, 0, BLOCK);
        assertEquals(1, second.cacheStatistics().corruptions());
        assertEquals(1, second.cacheStatistics().misses());
        awaitItems(second, 1);
    }

    @Test
    void whatIsWrittenIsCachedWhenItIsShortOrAskedFor() throws Exception {
        BlockStore usual = open(Compression.LZ4, OPTIONS);
        keep(usual, SHORT);
        keep(usual, FULL);
        awaitItems(usual, 1);
        assertEquals(home.toString(), location(usual, SHORT).where());
        assertEquals(CacheLocation.MEMORY, location(usual, FULL).where());
        usual.close();
        BlockStore large = open(Compression.LZ4, OPTIONS.withCached(Set.of(Cached.READS, Cached.WRITES)));
        keep(large, FULL);
        awaitItems(large, 2);
    }

    private static CacheLocation location(BlockStore blocks, BlockKey key) {
        CacheLocation found = blocks.cached(key);
        assertNotNull(found);
        assertEquals(key.length(), found.bytes());
        return found;
    }

    @Test
    void partialOnlyKeepsPartsAndShortBlocks() throws Exception {
        objects.distant();
        BlockStore blocks = open(Compression.NONE, OPTIONS.withCached(Set.of()));
        put(blocks, FULL);
        put(blocks, SHORT);
        assertReads(blocks, FULL, 0, BLOCK);
        assertReads(blocks, SHORT, 0, SHORT.length());
        awaitItems(blocks, 1);
        assertEquals(CacheLocation.MEMORY, location(blocks, FULL).where());
        assertTrue(blocks.evict(FULL));
        // a part in the middle: the range alone, and then the block in the background, for the next parts
        assertReads(blocks, FULL, 500_000, 4096);
        awaitItems(blocks, 2);
        int reads = objects.calls(Operation.READ);
        assertReads(blocks, FULL, 600_000, 4096);
        assertEquals(reads, objects.calls(Operation.READ));
    }

    @Test
    void withoutPrefetchAPartStaysAPart() throws Exception {
        objects.distant();
        BlockStore blocks = open(Compression.NONE, OPTIONS.withPrefetchesMax(0));
        put(blocks, FULL);
        assertReads(blocks, FULL, 500_000, 4096);
        assertReads(blocks, FULL, 500_000, 4096);
        assertEquals(2, objects.calls(Operation.READ));
        assertEquals(0, blocks.cacheStatistics().items());
    }

    @Test
    void aLocalPlainStoreGoesThroughTheCacheWhenThereIsOne() throws Exception {
        BlockStore blocks = open(Compression.NONE, OPTIONS);
        assertFalse(blocks.readsRanges());
        put(blocks, FULL);
        assertReads(blocks, FULL, 0, 100);
        awaitItems(blocks, 1);
    }

    @Test
    void fillAndEvictAndWhere() throws Exception {
        BlockStore blocks = open(Compression.LZ4, OPTIONS.withCached(Set.of()));
        put(blocks, FULL);
        assertNull(blocks.cached(FULL));
        assertTrue(blocks.fill(FULL));
        assertTrue(blocks.fill(FULL));
        assertEquals(1, objects.calls(Operation.READ));
        assertEquals(home.toString(), location(blocks, FULL).where());
        assertTrue(blocks.evict(FULL));
        assertFalse(blocks.evict(FULL));
        assertNull(blocks.cached(FULL));
        var missing = new BlockKey(77, 0, 10);
        assertEquals(
                Kind.MISSING,
                assertThrows(ObjectStoreException.class, () -> blocks.fill(missing))
                        .kind());
    }

    @Test
    void fillWithoutADiskKeepsInMemoryOrLeavesItToTheStore() throws Exception {
        var format = new BlockFormat(BLOCK, Compression.NONE, false);
        var bypassed = BlockStore.open(objects, format, OPTIONS);
        open.add(bypassed);
        put(bypassed, FULL);
        assertFalse(bypassed.fill(FULL));
        assertEquals(1, objects.calls(Operation.READ), "the system's cache has it now");
        assertNull(bypassed.cached(FULL));
        assertEquals(0, bypassed.cacheStatistics().misses());
        var memory = BlockStore.open(new FaultyStore(objects), format, OPTIONS, BlockCache.MEMORY);
        open.add(memory);
        assertTrue(memory.fill(FULL));
        assertEquals(CacheLocation.MEMORY, location(memory, FULL).where());
    }

    @Test
    void aDeletedBlockLeavesTheCache() throws Exception {
        BlockStore blocks = open(Compression.LZ4, OPTIONS);
        put(blocks, FULL);
        assertTrue(blocks.fill(FULL));
        blocks.delete(FULL);
        assertEquals(0, blocks.cacheStatistics().items());
        assertEquals(
                Kind.MISSING,
                assertThrows(ObjectStoreException.class, () -> assertReads(blocks, FULL, 0, 1))
                        .kind());
    }

    @Test
    void theQueueOfTheCacheIsInsideTheMemoryLimit() throws Exception {
        BlockStore blocks = open(Compression.LZ4, OPTIONS);
        for (int i = 1; i <= 100; i++) {
            var key = new BlockKey(i, 0, BLOCK);
            put(blocks, key);
            assertReads(blocks, key, 0, 10);
            assertTrue(blocks.pool().usedBytes() <= blocks.pool().limitBytes());
        }
    }

    // ---- What a client with write-back left behind ----

    private Path stage(BlockKey key) throws Exception {
        Path file =
                home.resolve(UUID).resolve("rawstaging").resolve(key.cacheKey().path(false));
        Files.createDirectories(file.getParent());
        Files.write(file, expected(0, key.length()));
        return file;
    }

    @Test
    void stagedBlocksAreReadAndUploadedAndThenRemoved() throws Exception {
        Path full = stage(FULL);
        Path part = stage(SHORT);
        BlockStore blocks = open(Compression.ZSTD, OPTIONS);
        assertReads(blocks, FULL, 100, 1000);
        assertEquals(0, objects.calls(Operation.PUT), "nobody asked for it yet");
        objects.heal();
        blocks.uploadStaged();
        await(() -> !Files.exists(full) && !Files.exists(part));
        blocks.close();
        try (var files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
        BlockStore again = open(Compression.ZSTD, OPTIONS);
        assertReads(again, FULL, 0, BLOCK);
        assertReads(again, SHORT, 0, SHORT.length());
    }

    @Test
    void aStagedBlockStaysWhileTheStoreDoesNotTakeIt() throws Exception {
        Path file = stage(FULL);
        objects.fail(Operation.PUT, _ -> true, 1, Integer.MAX_VALUE, Kind.TRANSIENT, FaultyStore.Moment.AFTER);
        BlockStore blocks = open(Compression.LZ4, OPTIONS);
        blocks.uploadStaged();
        await(() -> objects.calls(Operation.PUT) > 0);
        blocks.close();
        assertTrue(Files.exists(file), "the answer was lost: it is uploaded again");
        objects.heal();
        BlockStore again = open(Compression.LZ4, OPTIONS);
        again.uploadStaged();
        await(() -> !Files.exists(file));
    }

    @Test
    void aStagedBlockThatIsDeletedWhileItGoesUpIsDeletedFromTheStoreToo() throws Exception {
        Path file = stage(FULL);
        BlockStore blocks = open(Compression.LZ4, OPTIONS);
        objects.onCall(Operation.PUT, () -> {
            blocks.delete(FULL);
        });
        blocks.uploadStaged();
        await(() -> objects.calls(Operation.DELETE) == 2);
        assertFalse(Files.exists(file));
        await(() -> {
            try {
                return objects.head(FULL.objectKey(blocks.format())).isEmpty();
            } catch (ObjectStoreException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void aDamagedStagedBlockIsNeitherUploadedNorRemoved() throws Exception {
        Path file = stage(FULL);
        Files.write(file, new byte[4 * Math.ceilDiv(BLOCK, 32 << 10)], StandardOpenOption.APPEND);
        Path sound = stage(SHORT);
        BlockStore blocks = open(Compression.LZ4, OPTIONS);
        blocks.uploadStaged();
        await(() -> !Files.exists(sound));
        assertTrue(Files.exists(file));
        assertTrue(objects.head(FULL.objectKey(blocks.format())).isEmpty());
    }

    @Test
    void aStagedBlockThatCannotBeReadIsTriedAgainAfterAPause() throws Exception {
        var key = new BlockKey(3, 0, 10);
        Path file = stage(key);
        BlockStore blocks = open(Compression.LZ4, OPTIONS);
        await(() -> blocks.cacheStatistics().stagedItems() == 1);
        Files.delete(file);
        Files.createDirectory(file);
        blocks.uploadStaged();
        await(() -> blocks.cacheStatistics().ioErrors() >= 1);
        for (int i = 0; i < 100; i++) {
            put(blocks, FULL);
        }
        blocks.close();
        assertTrue(blocks.cacheStatistics().ioErrors() <= 2, () -> "tries: " + blocks.cacheStatistics());
        assertEquals(100, objects.calls(Operation.PUT));
    }
}
