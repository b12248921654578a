package mountagent.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import mountagent.base.Clock;
import mountagent.base.Sizes;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BlockStoreTest {
    private static final int BLOCK = Sizes.MIB;
    private static final BlockOptions OPTIONS =
            new BlockOptions(16L * Sizes.MIB, 8L * Sizes.MIB, 4, 8, Duration.ofSeconds(5));
    private static final BlockKey FULL = new BlockKey(1, 0, BLOCK);

    private final FaultyStore objects = new FaultyStore(new MemoryStore(Clock.SYSTEM));
    private final List<BlockStore> open = new ArrayList<>();
    private final byte[] content = new byte[BLOCK];

    @AfterEach
    void nothingIsLeftInUse() {
        for (BlockStore blocks : open) {
            blocks.close();
            assertEquals(0, blocks.pool().outstanding());
            assertEquals(0, blocks.pool().usedBytes());
        }
    }

    @ParameterizedTest
    @EnumSource
    void rangesReadBackWhatWasPut(Compression compression) throws Exception {
        for (boolean isDistant : new boolean[] {false, true}) {
            var blocks = blocks(compression, isDistant);
            var random = new Random(2);
            for (BlockKey key : List.of(FULL, new BlockKey(2, 3, 1), new BlockKey(2, 4, 77_777))) {
                put(blocks, key);
                for (int i = 0; i < 30; i++) {
                    int offset = random.nextInt(key.length());
                    int length = 1 + random.nextInt(key.length() - offset);
                    assertArrayEquals(expected(offset, length), read(blocks, key, offset, length));
                }
            }
        }
    }

    @Test
    void aLocalPlainStoreIsReadInRangesAndKeepsNothing() throws Exception {
        var blocks = blocks(Compression.NONE, false);
        put(blocks, FULL);
        read(blocks, FULL, 0, 100);
        read(blocks, FULL, 0, 100);
        assertEquals(2, objects.calls(Operation.READ));
        assertEquals(0, blocks.pool().outstanding());
        assertFalse(blocks.tryRead(FULL, 0, MemorySegment.ofArray(new byte[1])));
    }

    @Test
    void aDistantBlockIsFetchedOnceAndThenReadFromMemory() throws Exception {
        var blocks = blocks(Compression.NONE, true);
        put(blocks, FULL);
        read(blocks, FULL, 0, 100);
        assertArrayEquals(expected(500_000, 4096), read(blocks, FULL, 500_000, 4096));
        assertEquals(1, objects.calls(Operation.READ));
        assertTrue(blocks.tryRead(FULL, 5, MemorySegment.ofArray(new byte[1])));
    }

    @Test
    void aSmallPartOfADistantBlockIsFetchedAlone() throws Exception {
        var blocks = blocks(Compression.NONE, true);
        put(blocks, FULL);
        assertArrayEquals(expected(500_000, 4096), read(blocks, FULL, 500_000, 4096));
        assertEquals(0, blocks.pool().outstanding(), "nothing is kept of a range");
    }

    @Test
    void readersOfOneBlockShareOneDownload() throws Exception {
        var blocks = blocks(Compression.LZ4, true);
        put(blocks, FULL);
        var hold = objects.hold(Operation.READ);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> reads = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int offset = i * 1000;
                reads.add(threads.submit(() -> read(blocks, FULL, offset, 10)));
            }
            await(() -> objects.calls(Operation.READ) > 0);
            hold.countDown();
            for (int i = 0; i < reads.size(); i++) {
                assertArrayEquals(expected(i * 1000, 10), reads.get(i).get());
            }
        }
        assertEquals(1, objects.calls(Operation.READ));
    }

    @Test
    void aFailedDownloadFailsAllWhoWaitAndIsForgotten() throws Exception {
        var blocks = blocks(Compression.ZSTD, true);
        put(blocks, FULL);
        objects.failNth(Operation.READ, 1, Kind.TRANSIENT);
        assertThrows(ObjectStoreException.class, () -> read(blocks, FULL, 0, 10));
        assertArrayEquals(expected(0, 10), read(blocks, FULL, 0, 10));
    }

    @Test
    void aBlockReadAheadIsThereWhenItIsWanted() throws Exception {
        var blocks = blocks(Compression.LZ4, true);
        put(blocks, FULL);
        blocks.prefetch(FULL);
        await(() -> blocks.tryRead(FULL, 0, MemorySegment.ofArray(new byte[1])));
        read(blocks, FULL, 10, 10);
        assertEquals(1, objects.calls(Operation.READ));
    }

    @Test
    void aBlockReadAheadIsThereThoughMemoryIsFullOfOthers() throws Exception {
        var blocks = blocks(Compression.NONE, true);
        for (int i = 0; i < 16; i++) {
            var old = new BlockKey(2, i, BLOCK);
            put(blocks, old);
            for (int offset = 0; offset < BLOCK; offset += BLOCK / 8) {
                read(blocks, old, offset, BLOCK / 8);
            }
        }
        long before = objects.calls(Operation.READ);
        for (int i = 0; i < 4; i++) {
            put(blocks, new BlockKey(3, i, BLOCK));
            blocks.prefetch(new BlockKey(3, i, BLOCK));
        }
        await(() -> objects.calls(Operation.READ) == before + 4);
        for (int i = 0; i < 4; i++) {
            assertArrayEquals(expected(0, BLOCK), read(blocks, new BlockKey(3, i, BLOCK), 0, BLOCK));
        }
        assertEquals(before + 4, objects.calls(Operation.READ), "what was read ahead was fetched again");
    }

    @ParameterizedTest
    @EnumSource
    void aMissingBlockIsNamed(Compression compression) {
        var blocks = blocks(compression, false);
        var failure = assertThrows(ObjectStoreException.class, () -> read(blocks, FULL, 0, 10));
        assertEquals(Kind.MISSING, failure.kind());
        assertTrue(String.valueOf(failure.getMessage()).contains("chunks/0/0/1_0_1048576"), failure::getMessage);
    }

    @ParameterizedTest
    @EnumSource
    void aShortBlockIsNamed(Compression compression) throws Exception {
        var blocks = blocks(compression, false);
        objects.put(FULL.objectKey(blocks.format()), MemorySegment.ofArray(new byte[] {0x10, 0x42}));
        for (int offset : new int[] {1, BLOCK - 10}) {
            var failure = assertThrows(ObjectStoreException.class, () -> read(blocks, FULL, offset, 10));
            assertEquals(Kind.INVALID, failure.kind());
            assertTrue(String.valueOf(failure.getMessage()).contains("chunks/0/0/1_0_1048576"), failure::getMessage);
            assertTrue(String.valueOf(failure.getMessage()).contains("damaged"), failure::getMessage);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBlockThatLiesAboutItsLengthIsRefused(Compression compression) throws Exception {
        var blocks = blocks(compression, false);
        put(blocks, FULL);
        for (int length : new int[] {BLOCK - 1, 5}) {
            var liar = new BlockKey(9, 0, length);
            copyObject(FULL, liar, blocks.format());
            var failure = assertThrows(ObjectStoreException.class, () -> read(blocks, liar, 0, 1));
            assertEquals(Kind.INVALID, failure.kind());
        }
        assertArrayEquals(expected(7, 100), read(blocks, FULL, 7, 100), "other blocks are as before");
    }

    @Test
    void memoryStaysInItsLimitWhateverIsRead() throws Exception {
        var blocks = blocks(Compression.LZ4, true);
        for (int i = 1; i <= 60; i++) {
            put(blocks, new BlockKey(i, 0, BLOCK));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> reads = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                var key = new BlockKey(1 + i % 60, 0, BLOCK);
                reads.add(threads.submit(() -> read(blocks, key, 1000, 100)));
            }
            for (Future<byte[]> read : reads) {
                assertArrayEquals(expected(1000, 100), read.get());
            }
        }
        assertTrue(blocks.pool().usedBytes() <= blocks.pool().limitBytes());
    }

    @Test
    void aPlainReaderNeedsNoBuffer() throws Exception {
        var blocks = blocks(Compression.NONE, true);
        put(blocks, FULL);
        List<BlockBuffer> all = new ArrayList<>();
        while (blocks.pool().usedBytes() < blocks.pool().limitBytes()) {
            all.add(Objects.requireNonNull(blocks.pool().tryAcquire(BLOCK)));
        }
        assertArrayEquals(expected(0, BLOCK), read(blocks, FULL, 0, BLOCK));
        all.forEach(BlockBuffer::release);
    }

    @Test
    void aDeletedBlockIsGoneFromMemoryToo() throws Exception {
        var blocks = blocks(Compression.LZ4, false);
        put(blocks, FULL);
        read(blocks, FULL, 0, 10);
        blocks.delete(FULL);
        assertEquals(
                Kind.MISSING,
                assertThrows(ObjectStoreException.class, () -> read(blocks, FULL, 0, 1))
                        .kind());
    }

    private BlockStore blocks(Compression compression, boolean isDistant) {
        new Random(1).nextBytes(content);
        if (isDistant) {
            objects.distant();
        }
        var blocks = BlockStore.open(objects, new BlockFormat(BLOCK, compression, false), OPTIONS);
        open.add(blocks);
        return blocks;
    }

    private void put(BlockStore blocks, BlockKey key) throws ObjectStoreException {
        try (Arena arena = Arena.ofConfined()) {
            blocks.put(key, arena.allocateFrom(ValueLayout.JAVA_BYTE, expected(0, key.length())));
        }
    }

    private void copyObject(BlockKey from, BlockKey to, BlockFormat format) throws ObjectStoreException {
        byte[] stored = new byte[2 * BLOCK];
        long length = objects.read(from.objectKey(format), 0, MemorySegment.ofArray(stored));
        objects.put(to.objectKey(format), MemorySegment.ofArray(stored).asSlice(0, length));
    }

    private static byte[] read(BlockStore blocks, BlockKey key, int offset, int length) throws ObjectStoreException {
        byte[] target = new byte[length];
        blocks.read(key, offset, MemorySegment.ofArray(target));
        return target;
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
}
