package mountagent.chunk;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Threads;
import mountagent.block.BlockKey;
import mountagent.block.BlockStore;
import mountagent.meta.ChunkKey;
import mountagent.meta.Cursor;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.meta.SliceKey;
import mountagent.meta.SliceLog;
import mountagent.object.ObjectStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes the blocks of slices that nothing refers to, at most so many at once.
///
/// Metadata that a power cut rolls back must not refer to blocks that are gone: the loss of the last
/// reference is made safe first, by a barrier for many slices together. What cannot be deleted stays known
/// to the metadata and is handed out again. Thread-safe.
public final class SliceRemover implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SliceRemover.class);
    private static final int CHUNKS_AT_ONCE = 100;
    private static final int SLICES_AT_ONCE = 1000;
    private static final long CLOSE_SECONDS = 30;

    private final SliceLog log;
    private final BlockStore blocks;
    private final UnsyncedBlocks unsynced;
    private final int blockSize;
    private final ThreadPoolExecutor threads;

    SliceRemover(SliceLog log, BlockStore blocks, UnsyncedBlocks unsynced, int deletionsMax) {
        this.log = log;
        this.blocks = blocks;
        this.unsynced = unsynced;
        this.blockSize = blocks.format().blockSizeBytes();
        // The callers wait for what they queue, a thousand slices at a time.
        this.threads = new ThreadPoolExecutor(
                deletionsMax,
                deletionsMax,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Threads.platform("delete-"));
        threads.allowCoreThreadTimeOut(true);
    }

    /// Removes the data of a deleted file, then forgets the file.
    public void removeFile(long inode, long length) throws FsException {
        removeFiles(List.of(new Scan.DeletedFile(inode, length, 0)));
    }

    /// Removes the data of deleted files, with one barrier and few transactions for many of them, and forgets
    /// the files.
    public void removeFiles(List<Scan.DeletedFile> files) throws FsException {
        Removal removal = new Removal();
        for (Scan.DeletedFile file : files) {
            removal.add(file);
        }
        removal.finish();
    }

    /// The same, one by one where together it fails: a file that cannot be removed must not keep the others.
    /// Returns of how many the data is gone.
    public int removeWhatCanBe(List<Scan.DeletedFile> files) {
        try {
            removeFiles(files);
            return files.size();
        } catch (FsException failure) {
            if (files.size() > 1 && !Thread.currentThread().isInterrupted()) {
                return files.stream()
                        .mapToInt(file -> removeWhatCanBe(List.of(file)))
                        .sum();
            }
            LOG.warn(
                    "data of deleted inode {} stays for now: {}",
                    files.getFirst().inode(),
                    failure.getMessage());
            return 0;
        }
    }

    /// What is under way of one removal of several files.
    private final class Removal {
        private final List<ChunkKey> chunks = new ArrayList<>();
        private final List<SliceKey> released = new ArrayList<>();
        private final List<Scan.DeletedFile> done = new ArrayList<>();

        void add(Scan.DeletedFile file) throws FsException {
            Cursor cursor = Cursor.START;
            while (cursor != null) {
                Page<Scan.PlacedChunk> page = log.chunksOf(file.inode(), file.length(), cursor, CHUNKS_AT_ONCE);
                page.records().forEach(placed -> chunks.add(placed.chunk()));
                cursor = page.next();
                if (chunks.size() >= CHUNKS_AT_ONCE) {
                    release();
                }
            }
            done.add(file);
        }

        private void release() throws FsException {
            if (!chunks.isEmpty()) {
                released.addAll(log.release(chunks));
                chunks.clear();
            }
            if (released.size() >= SLICES_AT_ONCE) {
                removeReleased();
            }
        }

        private void removeReleased() throws FsException {
            removeSlices(released);
            released.clear();
        }

        void finish() throws FsException {
            release();
            removeReleased();
            done.forEach(file -> unsynced.forget(file.inode()));
            if (!done.isEmpty()) {
                log.forgetFiles(done);
            }
        }
    }

    /// Deletes the blocks of slices that nothing refers to any more, then forgets the slices. EIO when some
    /// could not be deleted: the others are forgotten, those are not.
    public void removeSlices(List<SliceKey> slices) throws FsException {
        if (slices.isEmpty()) {
            return;
        }
        log.barrier();
        List<SliceKey> gone = new ArrayList<>();
        FsException failure = delete(slices, gone);
        if (!gone.isEmpty()) {
            log.forget(gone);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private @Nullable FsException delete(List<SliceKey> slices, List<SliceKey> gone) {
        List<Future<SliceKey>> running = new ArrayList<>();
        for (SliceKey slice : slices) {
            running.add(threads.submit(() -> {
                delete(slice);
                return slice;
            }));
        }
        FsException failure = null;
        for (Future<SliceKey> each : running) {
            try {
                gone.add(each.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                running.forEach(future -> future.cancel(false));
                return new FsException(Errno.EINTR, "interrupted while deleting blocks", e);
            } catch (ExecutionException e) {
                failure = new FsException(Errno.EIO, "cannot delete blocks: " + e.getCause(), e);
            }
        }
        return failure;
    }

    private void delete(SliceKey slice) throws ObjectStoreException {
        for (int offset = 0; offset < slice.size(); offset += blockSize) {
            blocks.delete(BlockKey.at(slice.id(), slice.size(), offset, blockSize));
        }
    }

    /// Ends what runs.
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            boolean _ = threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
