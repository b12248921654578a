package mountagent.volume;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.meta.MetaStore;

/// Takes BSD and POSIX locks and waits for those that others hold.
///
/// A lock dropped in this process wakes its waiters at once; one dropped by another client is found by
/// asking again, soon at first and then every [#POLL_MAX]. Thread-safe; a waiting thread answers
/// interruption with EINTR.
final class LockWaiters {
    private static final Duration POLL_FIRST = Duration.ofMillis(2);
    private static final Duration POLL_MAX = Duration.ofMillis(50);

    private static final Duration GRACE = Duration.ofMillis(2);

    /// Asks for a lock once.
    @FunctionalInterface
    private interface Attempt {
        boolean isTaken() throws FsException;
    }

    private final MetaStore meta;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition dropped = lock.newCondition();
    private long drops;

    LockWaiters(MetaStore meta) {
        this.meta = meta;
    }

    void flock(OpenFile file, long owner, LockMode mode, LockWait wait) throws FsException {
        if (mode == LockMode.UNLOCK) {
            dropFlock(file.inode(), owner);
            return;
        }
        file.flocked();
        take(wait, file.open()::isLockBeingReleased, () -> meta.tryFlock(file.inode(), owner, mode));
        announce();
    }

    void dropFlock(long inode, long owner) throws FsException {
        meta.tryFlock(inode, owner, LockMode.UNLOCK);
        announce();
    }

    void setLock(OpenFile file, long owner, int pid, LockMode mode, LockRange range, LockWait wait) throws FsException {
        if (range.start() < 0 || range.end() < range.start()) {
            throw new FsException(Errno.EINVAL, "lock range [" + range.start() + ", " + range.end() + "] is empty");
        }
        if (mode != LockMode.UNLOCK) {
            file.open().locked();
            file.posixOwners().add(owner);
        }
        take(wait, file.open()::isLockBeingReleased, () -> meta.trySetLock(file.inode(), owner, pid, mode, range));
        announce();
    }

    void dropPosixLocks(long inode, long owner) throws FsException {
        meta.trySetLock(inode, owner, 0, LockMode.UNLOCK, LockRange.ALL);
        announce();
    }

    Optional<LockConflict> conflict(OpenFile file, long owner, LockMode mode, LockRange range) throws FsException {
        return meta.getLock(file.inode(), owner, mode, range);
    }

    /// Takes a lock. `isBeingDropped` says whether the one in the way may be one whose holder has closed
    /// its file already: that is waited for even by who only tries. The end of a file is told a moment
    /// after close(2) returns, so whoever only tries does so once more after [#GRACE].
    private void take(LockWait wait, BooleanSupplier isBeingDropped, Attempt attempt) throws FsException {
        long pollNanos = POLL_FIRST.toNanos();
        boolean hasGrace = true;
        while (true) {
            long seen = dropsSoFar();
            boolean waits = wait == LockWait.WAIT || isBeingDropped.getAsBoolean();
            if (attempt.isTaken()) {
                return;
            }
            if (waits || isBeingDropped.getAsBoolean()) {
                awaitDrop(seen, pollNanos);
                pollNanos = Math.min(pollNanos * 2, POLL_MAX.toNanos());
            } else if (hasGrace) {
                hasGrace = false;
                awaitDrop(seen, GRACE.toNanos());
            } else {
                throw FsException.miss(Errno.EAGAIN);
            }
        }
    }

    private long dropsSoFar() {
        lock.lock();
        try {
            return drops;
        } finally {
            lock.unlock();
        }
    }

    private void awaitDrop(long seen, long limitNanos) throws FsException {
        long left = limitNanos;
        lock.lock();
        try {
            while (drops == seen && left > 0) {
                left = dropped.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            throw FsException.miss(Errno.EINTR);
        } finally {
            lock.unlock();
        }
    }

    private void announce() {
        lock.lock();
        try {
            drops++;
            dropped.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
