package mountagent.volume;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.base.Threads;
import mountagent.chunk.SliceRemover;
import mountagent.meta.MetaStore;
import mountagent.meta.Scan;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to what a removal left: deletes the data of files that have neither a name nor a handle, in the background.
///
/// Files that are removed soon after one another are deleted together: a few transactions and one barrier for all of
/// them, where each would cost as much by itself. What finds the queue full, or fails, is recorded in the metadata as
/// deleted and left to the housekeeping of any client. Thread-safe.
final class RemovedData implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RemovedData.class);
    private static final int QUEUE_MAX = 100_000;
    private static final int WORKERS_MAX = 2;
    private static final int TOGETHER = 100;
    private static final Duration GATHERING = Duration.ofMillis(20);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final MetaStore meta;
    private final OpenFileTable table;
    private final SliceRemover remover;
    private final SeenVersions seen;
    private final BlockingQueue<Scan.DeletedFile> queue = new LinkedBlockingQueue<>(QUEUE_MAX);
    private final Semaphore workers = new Semaphore(WORKERS_MAX);
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(Threads.virtual("remove-"));

    RemovedData(MetaStore meta, OpenFileTable table, SliceRemover remover, SeenVersions seen) {
        this.meta = meta;
        this.table = table;
        this.remover = remover;
        this.seen = seen;
    }

    /// Sees to an inode that lost a name. Looks at the open-file table again, since the transaction that removed the
    /// name and an open or close of this process may have passed each other.
    void accept(MetaStore.Removed removed) throws FsException {
        if (removed.unlinked()) {
            seen.forget(removed.inode());
            OpenInode open = table.find(removed.inode());
            if (open != null) {
                open.removeDataAtEnd();
            } else {
                delete(removed.inode(), removed.length());
            }
        } else if (removed.sustained()) {
            sustained(removed.inode());
        }
    }

    /// Takes note that this session keeps an inode without a name alive until its last handle here is released.
    void sustained(long inode) throws FsException {
        OpenInode open = table.find(inode);
        if (open != null) {
            open.sustain();
        }
        if (table.find(inode) != open || open == null) {
            closed(inode);
        }
    }

    /// Sees to an inode whose last handle was released.
    void closed(long inode) throws FsException {
        var removed = meta.closeUnlinked(inode);
        if (removed.isPresent()) {
            delete(inode, removed.get().length());
        }
    }

    /// Deletes the data of a file that is recorded as deleted.
    void delete(long inode, long length) {
        if (!queue.offer(new Scan.DeletedFile(inode, length, 0))) {
            log.debug("data of deleted inode {} stays until the next clean-up: too many are removed", inode);
        }
        startWorker();
    }

    private void startWorker() {
        if (workers.tryAcquire()) {
            try {
                threads.execute(this::work);
            } catch (RejectedExecutionException _) {
                // Closed: what is queued is recorded and left to the housekeeping.
                workers.release();
            }
        }
    }

    private void work() {
        try {
            Clock.SYSTEM.sleep(GATHERING);
            List<Scan.DeletedFile> together = new ArrayList<>();
            while (queue.drainTo(together, TOGETHER) > 0
                    && !Thread.currentThread().isInterrupted()) {
                int _ = remover.removeWhatCanBe(List.copyOf(together));
                together.clear();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            workers.release();
        }
        if (!queue.isEmpty() && !Thread.currentThread().isInterrupted()) {
            startWorker();
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException _) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
