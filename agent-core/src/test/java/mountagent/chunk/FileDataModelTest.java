package mountagent.chunk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import mountagent.block.BlockFormat;
import mountagent.block.BlockKey;
import mountagent.block.BlockOptions;
import mountagent.block.BlockStore;
import mountagent.block.Compression;
import mountagent.cache.BlockCache;
import mountagent.cache.CacheOptions;
import mountagent.cache.DiskCache;
import mountagent.cache.Eviction;
import mountagent.cache.VerifyLevel;
import mountagent.meta.ChunkKey;
import mountagent.meta.SliceKey;
import mountagent.object.FaultyStore;
import mountagent.object.FaultyStore.Moment;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.RetryingStore;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Random writes, reads, cuts, flushes, barriers and compactions on several files at once, each compared
/// with an array of bytes; at the end the volume is opened anew, everything is compared again, and no
/// object is left over.
///
/// The window written to lies around the border of two chunks. `-Dmountagent.seed` and
/// `-Dmountagent.rounds` repeat and lengthen a run.
final class FileDataModelTest {
    private static final long SEED = Long.getLong("mountagent.seed", System.nanoTime());
    private static final int ROUNDS = Integer.getInteger("mountagent.rounds", 300);
    private static final int BLOCK = 128 * Sizes.KIB;
    private static final int WINDOW = 3 * Sizes.MIB;
    private static final long BASE = Sizes.CHUNK - WINDOW / 2;
    private static final int FILES = 4;

    @TempDir
    Path folder = Path.of("/");

    private long cacheBytes;
    private final FakeSliceLog log = new FakeSliceLog();
    private final FaultyStore faulty = new FaultyStore(new MemoryStore(Clock.SYSTEM));

    /// One file: what it should hold, and who works on it.
    private final class Model {
        private final long inode;
        private final Random random;
        private final byte[] content = new byte[WINDOW];
        private long length;
        private InodeData file;
        private ReadStream stream;
        private final FileData data;

        Model(long inode, FileData data) {
            this.inode = inode;
            this.data = data;
            this.random = new Random(SEED + inode);
            this.file = data.open(inode);
            this.stream = file.newStream();
        }

        void run() throws FsException {
            for (int round = 0; round < ROUNDS; round++) {
                try {
                    step();
                } catch (FsException | AssertionError e) {
                    throw new AssertionError("inode " + inode + ", round " + round + ", seed " + SEED, e);
                }
            }
            file.close();
        }

        private void step() throws FsException {
            switch (random.nextInt(20)) {
                case 0 -> file.flush();
                case 1 -> file.barrier();
                case 2 -> truncate(random.nextInt(WINDOW));
                case 3 -> reopen();
                case 4 -> data.compactor().request(new ChunkKey(inode, random.nextInt(2)));
                case 5, 6, 7, 8, 9, 10 -> write(random.nextInt(WINDOW), 1 + random.nextInt(20_000));
                case 11 -> write(random.nextInt(WINDOW), 1 + random.nextInt(5 * BLOCK));
                case 12 -> append();
                default -> read(random.nextInt(WINDOW), 1 + random.nextInt(3 * BLOCK));
            }
        }

        private void append() throws FsException {
            for (int i = 0; i < 10 && length < WINDOW; i++) {
                write((int) length, 1 + random.nextInt(30_000));
            }
        }

        private void write(int offset, int size) throws FsException {
            byte[] bytes = new byte[Math.min(size, WINDOW - offset)];
            random.nextBytes(bytes);
            var time = new Timestamp(1, random.nextInt(1000));
            MemorySegment source = MemorySegment.ofArray(bytes);
            if (!random.nextBoolean() || !file.tryWrite(BASE + offset, source, time)) {
                file.write(BASE + offset, source, time);
            }
            System.arraycopy(bytes, 0, content, offset, bytes.length);
            length = Math.max(length, offset + bytes.length);
        }

        private void truncate(int size) throws FsException {
            file.flush();
            log.truncate(inode, BASE + size);
            file.forgetSlices();
            Arrays.fill(content, size, WINDOW, (byte) 0);
            length = size;
        }

        private void reopen() throws FsException {
            file.close();
            file = data.open(inode);
            stream = file.newStream();
        }

        private void read(int offset, int size) throws FsException {
            byte[] target = new byte[size];
            MemorySegment segment = MemorySegment.ofArray(target);
            long fileLength = length == 0 ? 0 : BASE + length;
            int count = file.tryRead(stream, BASE + offset, segment, fileLength);
            if (count < 0) {
                count = file.read(stream, BASE + offset, segment, fileLength);
            }
            assertEquals(Math.clamp(length - offset, 0, size), count);
            assertArrayEquals(Arrays.copyOfRange(content, offset, offset + count), Arrays.copyOf(target, count));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NONE,false,16,0",
        "NONE,true,16,0",
        "LZ4,false,4,0",
        "ZSTD,true,32,0",
        // a cache that holds a fraction of the files, and one that holds them all
        "NONE,false,16,2000",
        "NONE,true,8,2000",
        "LZ4,false,4,3000",
        "ZSTD,true,8,100000"
    })
    void everyReadSeesTheLastWrite(Compression compression, boolean isDistant, int bufferMib, int cacheKib)
            throws Exception {
        cacheBytes = (long) cacheKib * Sizes.KIB;
        if (isDistant) {
            faulty.distant();
        }
        var counter = new AtomicInteger();
        faulty.fail(
                Operation.PUT,
                _ -> counter.incrementAndGet() % 7 == 0,
                1,
                Integer.MAX_VALUE,
                Kind.TRANSIENT,
                Moment.AFTER);
        faulty.fail(
                Operation.READ,
                _ -> counter.incrementAndGet() % 9 == 0,
                1,
                Integer.MAX_VALUE,
                Kind.TRANSIENT,
                Moment.BEFORE);
        var format = new BlockFormat(BLOCK, compression, false);
        List<Model> models = new ArrayList<>();
        var blocks = open(format, bufferMib);
        var data = new FileData(log, blocks, DataOptions.of(BLOCK), Clock.SYSTEM);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int inode = 1; inode <= FILES; inode++) {
                var model = new Model(inode, data);
                models.add(model);
                running.add(threads.submit(() -> {
                    model.run();
                    return model;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        data.close();
        blocks.close();
        assertEquals(0, blocks.pool().outstanding(), "buffers in use");
        compareAnew(format, models);
    }

    private void compareAnew(BlockFormat format, List<Model> models) throws Exception {
        var blocks = open(format, 16);
        var data = new FileData(log, blocks, DataOptions.of(BLOCK), Clock.SYSTEM);
        for (Model model : models) {
            var file = data.open(model.inode);
            assertEquals(model.length == 0 ? 0 : BASE + model.length, Math.max(0, log.length(model.inode)));
            byte[] all = new byte[(int) model.length];
            assertEquals(
                    all.length, file.read(file.newStream(), BASE, MemorySegment.ofArray(all), BASE + model.length));
            assertArrayEquals(Arrays.copyOf(model.content, all.length), all, "seed " + SEED);
            file.close();
        }
        // Reads ask for compactions: only once those have ended does it stay clear what is to be there.
        data.close();
        var cleaner = new FileData(log, blocks, DataOptions.of(BLOCK), Clock.SYSTEM);
        cleaner.remover().removeSlices(log.unreferenced());
        cleaner.close();
        var left = stored();
        var missing = referenced(format);
        missing.removeAll(left);
        left.removeAll(referenced(format));
        assertEquals("[] []", missing + " " + left, "missing and left over");
        blocks.close();
    }

    private Set<String> referenced(BlockFormat format) {
        var keys = new TreeSet<String>();
        for (SliceKey slice : log.slices()) {
            for (int offset = 0; offset < slice.size(); offset += BLOCK) {
                keys.add(BlockKey.at(slice.id(), slice.size(), offset, BLOCK).objectKey(format));
            }
        }
        return keys;
    }

    private Set<String> stored() throws Exception {
        var keys = new TreeSet<String>();
        faulty.list("", "", 1_000_000).objects().stream().map(ObjectInfo::key).forEach(keys::add);
        return keys;
    }

    private BlockStore open(BlockFormat format, int bufferMib) {
        ObjectStore store = new RetryingStore(
                faulty,
                new RetryingStore.Policy(10, Duration.ofMillis(1), Duration.ofMillis(2)),
                Clock.SYSTEM,
                new Random(1));
        long bytes = (long) bufferMib * Sizes.MIB;
        return BlockStore.open(
                store, format, new BlockOptions(bytes, bytes / 16, 4, 16, Duration.ofSeconds(30)), cache());
    }

    private BlockCache cache() {
        if (cacheBytes == 0) {
            return BlockCache.NONE;
        }
        var options = new CacheOptions(
                cacheBytes,
                0,
                0,
                0600,
                VerifyLevel.EXTEND,
                Eviction.TWO_RANDOM,
                Duration.ZERO,
                Duration.ofMillis(500),
                4L * Sizes.MIB);
        var homes = List.of(folder.resolve("a"), folder.resolve("b"));
        return DiskCache.open(homes, new DiskCache.Owner("model", false), options, Clock.SYSTEM);
    }
}
