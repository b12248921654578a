package mountagent.chunk;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// What the writer, the committer and the reader of one inode share, and the lock that guards it. The lock
/// is held for copying memory, never over I/O; of two inodes' locks only one is held at a time.
final class InodeState {
    private final long inode;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PendingSlices pending;
    private final SliceLists lists = new SliceLists();
    private long changes;
    private final FileVersions versions = new FileVersions();
    private volatile @Nullable FsException failure;

    InodeState(long inode, int blockSize) {
        this.inode = inode;
        this.pending = new PendingSlices(blockSize);
    }

    long inode() {
        return inode;
    }

    ReentrantLock lock() {
        return lock;
    }

    /// Guarded by the lock.
    PendingSlices pending() {
        return pending;
    }

    /// Guarded by the lock.
    SliceLists lists() {
        return lists;
    }

    /// What is written but not committed. May be called without the lock.
    @Nullable
    Pending shown() {
        return pending.shown();
    }

    /// Guarded by the lock.
    FileVersions versions() {
        return versions;
    }

    /// Wakes who waits for a change. Called with the lock.
    void signal() {
        changes++;
        changed.signalAll();
    }

    /// Waits for a change, at most `nanos`. Called with the lock.
    void awaitChange(long nanos) throws InterruptedException {
        long seen = changes;
        for (long left = nanos; changes == seen && left > 0; ) {
            left = changed.awaitNanos(left);
        }
    }

    /// The failure that writers are told until a flush has told it. May be called without the lock.
    boolean hasFailed() {
        return failure != null;
    }

    /// Keeps a failure, unless an earlier one is kept. Called with the lock.
    void keep(@Nullable FsException cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    void throwFailure() throws FsException {
        FsException kept = failure;
        if (kept != null) {
            throw new FsException(kept.errno(), String.valueOf(kept.getMessage()), kept);
        }
    }

    /// Throws the failure kept and forgets it. Called with the lock.
    void throwAndForgetFailure() throws FsException {
        try {
            throwFailure();
        } finally {
            failure = null;
        }
    }
}
