package mountagent.block;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import mountagent.base.Threads;
import mountagent.cache.BlockCache;
import mountagent.cache.CacheKey;
import mountagent.object.ObjectStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Uploads blocks that a client with write-back left in the cache directory when it ended (reference:
/// client-data-path.md §5).
///
/// A block leaves the staging folder only when the store has it and it would survive a power cut there. One that
/// cannot be stored stays, and is tried again until the mount ends. One thread.
final class StagedUploads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StagedUploads.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(30);
    private static final int AT_ONCE = 100;
    private static final long CLOSE_SECONDS = 10;

    private final BlockCache cache;
    private final BlockPool pool;
    private final Transfers transfers;
    private final Duration waitMax;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, Threads.platform("staged-upload-"));
    private long uploaded;

    StagedUploads(BlockCache cache, BlockPool pool, Transfers transfers, Duration waitMax) {
        this.cache = cache;
        this.pool = pool;
        this.transfers = transfers;
        this.waitMax = waitMax;
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        var _ = thread.schedule(this::run, 0, TimeUnit.MILLISECONDS);
    }

    private void run() {
        Duration pause = EVERY;
        try {
            if (!uploadAll()) {
                pause = PAUSE_AFTER_FAILURE;
            }
            if (uploaded > 0) {
                LOG.info("{} blocks that another client had left staged are uploaded", uploaded);
                uploaded = 0;
            }
        } catch (ObjectStoreException e) {
            LOG.warn("cannot upload a staged block, trying again: {}", e.getMessage());
            pause = PAUSE_AFTER_FAILURE;
        } catch (RuntimeException e) {
            LOG.error("uploading staged blocks broke off, trying again", e);
            pause = PAUSE_AFTER_FAILURE;
        }
        if (!thread.isShutdown()) {
            var _ = thread.schedule(this::run, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /// Uploads what is staged; false when something is left that cannot be read at the moment.
    private boolean uploadAll() throws ObjectStoreException {
        List<CacheKey> before = List.of();
        List<CacheKey> keys = cache.staged(AT_ONCE);
        while (!keys.isEmpty() && !keys.equals(before)) {
            for (CacheKey key : keys) {
                upload(key);
            }
            before = keys;
            keys = cache.staged(AT_ONCE);
        }
        return keys.isEmpty();
    }

    private void upload(CacheKey key) throws ObjectStoreException {
        var block = new BlockKey(key.sliceId(), key.index(), key.length());
        BlockBuffer buffer = pool.acquire(key.length(), waitMax);
        if (buffer == null) {
            throw new ObjectStoreException(ObjectStoreException.Kind.TRANSIENT, "all buffers are in use");
        }
        try {
            MemorySegment plain = buffer.memory().asSlice(0, key.length());
            if (cache.readStaged(key, plain)) {
                store(block, key, plain);
            }
        } finally {
            buffer.release();
        }
    }

    private void store(BlockKey block, CacheKey key, MemorySegment plain) throws ObjectStoreException {
        transfers.put(block, plain);
        transfers.sync(List.of(block));
        if (cache.unstage(key)) {
            uploaded++;
        } else {
            // Its slice was deleted while it went up.
            transfers.delete(block);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the upload of a staged block does not end; it stays staged");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
