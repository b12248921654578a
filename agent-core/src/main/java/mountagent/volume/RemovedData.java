package mountagent.volume;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import mountagent.base.FsException;
import mountagent.base.Threads;
import mountagent.chunk.SliceRemover;
import mountagent.meta.MetaStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to what a removal left: deletes the data of files that have neither a name nor a handle, in the background.
///
/// At most [#RUNNING_MAX] files at a time; what does not get a place, or fails, is recorded in the metadata as a
/// deleted
/// file and left to the housekeeping of any client. Thread-safe.
final class RemovedData implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RemovedData.class);
    private static final int RUNNING_MAX = 100;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final MetaStore meta;
    private final OpenFileTable table;
    private final SliceRemover remover;
    private final SeenVersions seen;
    private final Semaphore places = new Semaphore(RUNNING_MAX);
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
        if (length == 0 || threads.isShutdown() || !places.tryAcquire()) {
            forgetEmpty(inode, length);
            return;
        }
        threads.execute(() -> {
            try {
                remover.removeFile(inode, length);
            } catch (FsException failure) {
                log.warn("data of deleted inode {} stays until the next clean-up: {}", inode, failure.getMessage());
            } finally {
                places.release();
            }
        });
    }

    private void forgetEmpty(long inode, long length) {
        if (length == 0 && !threads.isShutdown()) {
            threads.execute(() -> {
                try {
                    remover.removeFile(inode, 0);
                } catch (FsException failure) {
                    log.warn(
                            "record of deleted inode {} stays until the next clean-up: {}",
                            inode,
                            failure.getMessage());
                }
            });
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
