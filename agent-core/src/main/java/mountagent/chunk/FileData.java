package mountagent.chunk;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import mountagent.block.BlockBuffer;
import mountagent.block.BlockKey;
import mountagent.block.BlockStore;
import mountagent.block.Compression;
import mountagent.meta.SliceLog;
import mountagent.object.ObjectStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The data of one volume's files: who is open, what is pending, what is unsynced, and the jobs around it.
/// One per volume. Thread-safe. Owns neither the log nor the blocks.
public final class FileData implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileData.class);
    private static final int SMALL_BLOCK_BYTES = 256 * Sizes.KIB;
    private static final Duration CLOSE_MAX = Duration.ofSeconds(60);
    private static final long END_SECONDS = 10;

    private final SliceLog log;
    private final BlockStore blocks;
    private final DataOptions options;
    private final Clock clock;
    private final Map<Long, InodeData> opened = new ConcurrentHashMap<>();
    private final ExecutorService background = Executors.newThreadPerTaskExecutor(Threads.virtual("data-"));
    private final DirtyFiles dirty;
    private final WriteBuffers buffers;
    private final UnsyncedBlocks unsynced;
    private final SliceCommits commits;
    private final SliceIds ids;
    private final FileReader reader;
    private final Compactor compactor;
    private final SliceRemover remover;
    private volatile Duration patience;

    /// Files whose records are in `log` and whose blocks are in `blocks`; both outlive this.
    public FileData(SliceLog log, BlockStore blocks, DataOptions options, Clock clock) {
        this.log = log;
        this.blocks = blocks;
        this.options = options;
        this.clock = clock;
        this.patience = options.flushTimeout();
        this.dirty = new DirtyFiles();
        this.buffers = new WriteBuffers(blocks.pool(), dirty);
        this.unsynced = new UnsyncedBlocks(blocks);
        this.commits = new SliceCommits(log);
        this.ids = new SliceIds(log, this::inBackground);
        this.reader = new FileReader(blocks, background);
        this.compactor = new Compactor(log, blocks, reader, this::forgetSlices);
        this.remover = new SliceRemover(log, blocks, unsynced, options.deletionsMax());
    }

    /// The data of an inode, one for all who have it open: each open is paired with a close.
    public InodeData open(long inode) {
        return opened.compute(inode, (_, known) -> {
            InodeData file = known == null
                    ? new InodeData(inode, this, reader, blocks.format().blockSizeBytes())
                    : known;
            file.addUser();
            return file;
        });
    }

    /// Deletes the data of files and slices that nothing refers to.
    public SliceRemover remover() {
        return remover;
    }

    /// Merges the slices of chunks.
    public Compactor compactor() {
        return compactor;
    }

    /// Brings blocks of files into the cache, or takes them out.
    public BlockWarming warming() {
        return new BlockWarming(log, blocks);
    }

    /// Makes everything that is written and committed, but not safe against a power cut, safe. Called every
    /// few seconds; a failure is logged, and the next call tries again.
    public void barrierAll() {
        try {
            syncAll();
        } catch (FsException e) {
            LOG.warn("what was written lately is not yet safe against a power cut: {}", e.getMessage());
        }
    }

    /// The same for somebody who waits for it: throws what it fails with.
    public void syncAll() throws FsException {
        unsynced.syncAll();
        log.barrier();
    }

    /// Says that an earlier process may have ended without a barrier (it was killed, say): the next barrier
    /// covers whatever it stored. For whoever opens a volume to write.
    public void distrustOldBlocks() {
        unsynced.distrustOld();
    }

    /// How many bytes of memory pending writes take.
    public long pendingBytes() {
        return buffers.usedBytes();
    }

    /// Flushes what is pending, for a minute at most, and logs what it could not. Ends all jobs.
    @Override
    public void close() {
        patience = CLOSE_MAX.compareTo(patience) < 0 ? CLOSE_MAX : patience;
        long deadline = deadline();
        dirty.all().forEach(InodeCommitter::freezeAll);
        for (InodeCommitter file : dirty.all()) {
            patience = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            try {
                file.flush();
            } catch (FsException e) {
                LOG.error("writes to inode {} are lost: {}", file.inode(), e.getMessage());
            }
        }
        dirty.close();
        compactor.close();
        remover.close();
        endBackground();
    }

    private void endBackground() {
        background.shutdown();
        try {
            if (!background.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                background.shutdownNow();
            }
        } catch (InterruptedException _) {
            background.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    // ---- For the parts of this package ----

    SliceLog log() {
        return log;
    }

    BlockStore blocks() {
        return blocks;
    }

    UnsyncedBlocks unsynced() {
        return unsynced;
    }

    SliceCommits commits() {
        return commits;
    }

    SliceIds ids() {
        return ids;
    }

    WriteBuffers buffers() {
        return buffers;
    }

    boolean isReadOnly() {
        return options.isReadOnly();
    }

    long readAheadBytes() {
        return options.readAheadBytes();
    }

    /// The time by which slices and lists age.
    long nanoTime() {
        return clock.nanoTime();
    }

    /// When a flush or a wait for room that begins now must have ended, by [System#nanoTime].
    long deadline() {
        return System.nanoTime() + patience.toNanos();
    }

    @Nullable
    BlockBuffer tryBuffer(int bytes) {
        return buffers.tryTake(bytes);
    }

    void giveBack(BlockBuffer buffer) {
        buffers.giveBack(buffer);
    }

    void submit(List<BlockUpload> uploads) {
        for (BlockUpload upload : uploads) {
            blocks.uploads().execute(upload);
        }
    }

    /// Whether a flush stores the block on its own thread: when that costs no more than handing it over.
    boolean isStoredHere(BlockKey key) {
        return key.length() <= SMALL_BLOCK_BYTES || blocks.format().compression() == Compression.NONE;
    }

    void inBackground(Runnable job) {
        try {
            background.execute(job);
        } catch (RejectedExecutionException _) {
            LOG.debug("a background job came after the close");
        }
    }

    void deleteStored(List<BlockKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        inBackground(() -> {
            for (BlockKey key : keys) {
                try {
                    blocks.delete(key);
                } catch (ObjectStoreException e) {
                    LOG.warn("a block of a failed write is left behind for gc: {}", e.getMessage());
                }
            }
        });
    }

    void becameDirty(InodeCommitter file) {
        dirty.add(file);
    }

    /// Called with the lock of `file`.
    void becameClean(InodeCommitter file) {
        dirty.remove(file);
        opened.computeIfPresent(
                file.inode(), (_, known) -> known.committer() == file && !known.hasUsers() ? null : known);
    }

    void release(InodeData file) {
        opened.computeIfPresent(file.inode(), (_, known) -> {
            if (known != file) {
                return known;
            }
            file.removeUser();
            return file.hasUsers() || file.pending() != null ? known : null;
        });
    }

    private void forgetSlices(long inode) {
        InodeData file = opened.get(inode);
        if (file != null) {
            file.forgetSlices();
        }
    }
}
