package mountagent.chunk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Threads;
import mountagent.block.BlockBuffer;
import mountagent.block.BlockKey;
import mountagent.block.BlockStore;
import mountagent.meta.ChunkKey;
import mountagent.meta.Slice;
import mountagent.meta.SliceLog;
import mountagent.object.ObjectStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Merges the records of a chunk that has many into one slice (reference: semantics.md §9).
///
/// Readers notice nothing: the new slice is stored and synced before it takes the place of the records, and
/// only if they are still what was read. Thread-safe; a chunk is compacted by one thread at a time.
public final class Compactor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);
    private static final int RECORDS_AT_ONCE = 1000;
    private static final int RECORDS_MANY = 350;
    private static final int RECORDS_TOO_MANY = 2500;
    private static final int RECORDS_PERIOD = 100;
    private static final int THREADS = 4;
    private static final int QUEUE = 1000;
    private static final Duration REST = Duration.ofSeconds(10);
    private static final Duration MEMORY_WAIT = Duration.ofSeconds(30);
    private static final long CLOSE_SECONDS = 30;

    private final SliceLog log;
    private final BlockStore blocks;
    private final FileReader reader;
    private final LongConsumer replaced;
    private final int blockSize;
    private final ThreadPoolExecutor threads;
    private final Set<ChunkKey> queued = ConcurrentHashMap.newKeySet();
    private final Set<ChunkKey> running = ConcurrentHashMap.newKeySet();
    private final Cache<ChunkKey, Boolean> rested;
    private volatile LongConsumer compacted = _ -> {};
    private volatile boolean isClosing;

    /// `replaced` is told the inode whose records were replaced.
    Compactor(SliceLog log, BlockStore blocks, FileReader reader, LongConsumer replaced) {
        this.log = log;
        this.blocks = blocks;
        this.reader = reader;
        this.replaced = replaced;
        this.blockSize = blocks.format().blockSizeBytes();
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), Threads.platform("compact-"));
        threads.allowCoreThreadTimeOut(true);
        this.rested = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumSize(QUEUE)
                .expireAfterWrite(REST)
                .build();
    }

    /// Tells `watcher` the bytes of each slice that took the place of others.
    public void onCompacted(LongConsumer watcher) {
        compacted = watcher;
    }

    /// Looks at how many records a commit found; far too many are merged before this returns.
    void afterCommit(ChunkKey chunk, int records) {
        if (records >= RECORDS_TOO_MANY) {
            compactQuietly(chunk);
        } else if (records > RECORDS_MANY || records % RECORDS_PERIOD == RECORDS_PERIOD - 1) {
            request(chunk);
        }
    }

    /// A read found several records; asked for at most every few seconds a chunk.
    void afterRead(ChunkKey chunk) {
        if (rested.asMap().putIfAbsent(chunk, true) == null) {
            request(chunk);
        }
    }

    /// Compacts the chunk in the background, unless too much is queued already.
    public void request(ChunkKey chunk) {
        if (!queued.add(chunk)) {
            return;
        }
        try {
            threads.execute(() -> {
                queued.remove(chunk);
                compactQuietly(chunk);
            });
        } catch (RejectedExecutionException _) {
            queued.remove(chunk);
        }
    }

    private void compactQuietly(ChunkKey chunk) {
        try {
            boolean _ = compact(chunk);
        } catch (FsException e) {
            if (isClosing || e.isExpected()) {
                return;
            }
            LOG.warn("cannot compact {}: {}", chunk, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("cannot compact {}", chunk, e);
        }
    }

    /// Compacts the chunk now; true when its records were replaced. Does nothing when another thread is at
    /// it.
    public boolean compact(ChunkKey chunk) throws FsException {
        if (!running.add(chunk)) {
            return false;
        }
        try {
            List<Slice> all = log.slices(chunk);
            List<Slice> seen = all.size() > RECORDS_AT_ONCE ? all.subList(0, RECORDS_AT_ONCE) : all;
            var plan = CompactionPlan.of(seen);
            return plan.isWorthwhile() && replace(chunk, List.copyOf(seen), plan);
        } finally {
            running.remove(chunk);
        }
    }

    private boolean replace(ChunkKey chunk, List<Slice> seen, CompactionPlan plan) throws FsException {
        var merged = Slice.whole(plan.pos(), log.newSliceId(), plan.size());
        List<BlockKey> written = new ArrayList<>();
        boolean isReplaced = false;
        boolean isDecided = true;
        try {
            write(chunk, seen, plan, merged, written);
            blocks.sync(written);
            isDecided = false;
            isReplaced = log.replace(chunk, seen, plan.skip(), merged);
            isDecided = true;
        } catch (ObjectStoreException e) {
            throw new FsException(Errno.EIO, "the merged slice cannot be stored: " + e.getMessage(), e);
        } finally {
            // When the answer of the metadata is lost, the blocks may be referred to: gc finds out.
            if (!isReplaced && isDecided) {
                delete(written);
            }
        }
        replaced.accept(chunk.inode());
        if (isReplaced) {
            compacted.accept(merged.size());
        }
        return isReplaced;
    }

    private void write(ChunkKey chunk, List<Slice> seen, CompactionPlan plan, Slice merged, List<BlockKey> written)
            throws FsException, ObjectStoreException {
        for (int offset = 0; offset < merged.size(); offset += blockSize) {
            var key = BlockKey.at(merged.id(), merged.size(), offset, blockSize);
            if (isClosing) {
                throw new FsException(Errno.ECANCELED, "the volume is being closed");
            }
            BlockBuffer buffer = blocks.pool().acquire(key.length(), MEMORY_WAIT);
            if (buffer == null) {
                throw new FsException(Errno.ENOMEM, "no buffer to compact " + chunk + " with");
            }
            try {
                MemorySegment bytes = buffer.memory().asSlice(0, key.length());
                List<FileReader.Fetch> fetches = new ArrayList<>();
                reader.plan(chunk, plan.view(), plan.pos() + offset, bytes, fetches);
                reader.run(fetches);
                written.add(key);
                blocks.put(key, bytes);
            } catch (FileReader.BlockException e) {
                throw hasChanged(chunk, seen) ? FsException.miss(Errno.ECANCELED) : reader.failure(chunk.inode(), e);
            } finally {
                buffer.release();
            }
        }
    }

    /// Whether the records are others by now: blocks of those before may be gone with their file.
    private boolean hasChanged(ChunkKey chunk, List<Slice> seen) throws FsException {
        List<Slice> now = log.slices(chunk);
        return now.size() < seen.size() || !now.subList(0, seen.size()).equals(seen);
    }

    private void delete(List<BlockKey> keys) {
        for (BlockKey key : keys) {
            try {
                blocks.delete(key);
            } catch (ObjectStoreException e) {
                LOG.warn("a block of a compaction is left behind for gc: {}", e.getMessage());
            }
        }
    }

    /// Ends what runs at the next block, without leaving any behind.
    @Override
    public void close() {
        isClosing = true;
        threads.getQueue().clear();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
