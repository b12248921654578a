package mountagent.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import mountagent.block.BlockFormat;
import mountagent.block.BlockOptions;
import mountagent.block.BlockStore;
import mountagent.block.Compression;
import mountagent.object.FaultyStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.memory.MemoryStore;

/// A data path over stores in memory. Closing it checks that no buffer is left in use.
final class DataFixture implements AutoCloseable {
    final FaultyStore objects;
    final FakeSliceLog log;
    final BlockStore blocks;
    final FileData data;
    private final long bufferBytes;
    private final Duration patience;

    DataFixture(int blockSize, Compression compression) {
        this(blockSize, compression, 32L * Sizes.MIB, Duration.ofSeconds(20), false);
    }

    DataFixture(int blockSize, Compression compression, long bufferBytes, Duration patience, boolean isDistant) {
        this(
                isDistant ? store().distant() : store(),
                new FakeSliceLog(),
                new BlockFormat(blockSize, compression, false),
                bufferBytes,
                patience);
    }

    private DataFixture(
            FaultyStore objects, FakeSliceLog log, BlockFormat format, long bufferBytes, Duration patience) {
        this.objects = objects;
        this.log = log;
        this.bufferBytes = bufferBytes;
        this.patience = patience;
        var options = new BlockOptions(bufferBytes, bufferBytes / 4, 4, 16, Duration.ofSeconds(10));
        this.blocks = BlockStore.open(objects, format, options);
        int blockSize = format.blockSizeBytes();
        this.data =
                new FileData(log, blocks, new DataOptions(blockSize, 4L * blockSize, patience, 4, false), Clock.SYSTEM);
    }

    private static FaultyStore store() {
        return new FaultyStore(new MemoryStore(Clock.SYSTEM));
    }

    /// The same volume, opened a second time with nothing in memory.
    DataFixture reopen() {
        return new DataFixture(objects, log, blocks.format(), bufferBytes, patience);
    }

    @Override
    public void close() {
        data.close();
        blocks.close();
        assertEquals(0, data.pendingBytes(), "bytes held by writers");
        assertEquals(0, blocks.pool().outstanding(), "buffers in use");
    }

    /// A time that tells writes apart.
    static Timestamp at(long seconds) {
        return new Timestamp(seconds, 0);
    }

    static void write(InodeData file, long offset, byte[] bytes) throws FsException {
        file.write(offset, MemorySegment.ofArray(bytes), at(1000));
    }

    static byte[] read(InodeData file, long offset, int length, long fileLength) throws FsException {
        byte[] target = new byte[length];
        int count = file.read(file.newStream(), offset, MemorySegment.ofArray(target), fileLength);
        return count == length ? target : java.util.Arrays.copyOf(target, count);
    }

    /// `length` bytes that differ from place to place and from seed to seed.
    static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new java.util.Random(seed).nextBytes(bytes);
        return bytes;
    }

    long objectCount() {
        try {
            return objects.list("", "", 100_000).objects().size();
        } catch (ObjectStoreException e) {
            throw new IllegalStateException(e);
        }
    }

    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited too long");
            Thread.onSpinWait();
        }
    }
}
