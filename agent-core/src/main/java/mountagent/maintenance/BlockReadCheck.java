package mountagent.maintenance;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.base.Threads;
import mountagent.block.BlockKey;
import mountagent.meta.ChunkKey;
import mountagent.meta.Cursor;
import mountagent.meta.Item;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.Slice;

/// Every block of every slice that a chunk refers to can be read. Reads all data of the volume, each slice
/// once, by several threads.
public final class BlockReadCheck implements VolumeCheck {
    private static final int THREADS = 10;
    private static final int WAITING_MAX = 1000;
    private static final int PAGE = 1000;

    private final BlockReading reading;
    private final int blockSize;
    private final Progress progress;

    /// A check of blocks of at most `blockSize` bytes.
    public BlockReadCheck(BlockReading reading, int blockSize, Progress progress) {
        this.reading = reading;
        this.blockSize = blockSize;
        this.progress = progress;
    }

    private record Read(ChunkKey chunk, Slice slice, Future<String> problem) {}

    @Override
    public String name() {
        return "content";
    }

    @Override
    public void run(VolumeImage image, Findings findings) throws FsException {
        Set<Long> seen = new HashSet<>();
        Deque<Read> waiting = new ArrayDeque<>();
        try (Progress.Count read = progress.count("read", Progress.Unit.BYTES);
                ExecutorService pool = Executors.newFixedThreadPool(THREADS, Threads.platform("read-blocks-"))) {
            Cursor at = Cursor.START;
            while (at != null) {
                Page<Scan.PlacedChunk> page = image.engine().scan(new Scan.AllChunks(), at, PAGE);
                for (Scan.PlacedChunk chunk : page.records()) {
                    if (!image.deletedFiles().containsKey(chunk.chunk().inode())) {
                        enqueue(chunk, seen, pool, waiting, read);
                    }
                    judgeUntil(WAITING_MAX, waiting, image, findings);
                }
                at = page.next();
            }
            judgeUntil(0, waiting, image, findings);
        }
    }

    private static void judgeUntil(int left, Deque<Read> waiting, VolumeImage image, Findings findings)
            throws FsException {
        while (waiting.size() > left) {
            judge(waiting.removeFirst(), image, findings);
        }
    }

    private static boolean isNew(Slice slice, Set<Long> seen) {
        return !slice.isZeros() && SliceCheck.isSound(slice) && seen.add(slice.id());
    }

    private void enqueue(
            Scan.PlacedChunk chunk, Set<Long> seen, ExecutorService pool, Deque<Read> waiting, Progress.Count read) {
        List<Slice> slices = chunk.slices();
        if (slices == null) {
            return;
        }
        for (Slice slice : slices) {
            int count = isNew(slice, seen) ? BlockKey.count(slice.size(), blockSize) : 0;
            for (int index = 0; index < count; index++) {
                BlockKey block = BlockKey.at(slice.id(), slice.size(), index * blockSize, blockSize);
                Future<String> problem = pool.submit(() -> {
                    String found = reading.problem(block);
                    read.add(block.length());
                    return found;
                });
                waiting.add(new Read(chunk.chunk(), slice, problem));
            }
        }
    }

    /// A slice that its chunk does not refer to any more has been replaced meanwhile: nothing is wrong with
    /// it.
    private static void judge(Read read, VolumeImage image, Findings findings) throws FsException {
        String problem = await(read.problem);
        if (problem.isEmpty()) {
            return;
        }
        Item.SlicesOf item = new Item.SlicesOf(read.chunk);
        List<Slice> now = image.engine().read(ReadPlan.of(item), reader -> reader.get(item));
        if (now.contains(read.slice)) {
            long inode = read.chunk.inode();
            findings.error(inode, problem + "; it belongs to " + image.name(inode));
        }
    }

    private static String await(Future<String> problem) throws FsException {
        try {
            return problem.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while reading blocks", e);
        } catch (ExecutionException e) {
            throw new FsException(Errno.EIO, "reading blocks failed: " + e.getCause(), e);
        }
    }
}
