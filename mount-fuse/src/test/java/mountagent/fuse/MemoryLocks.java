package mountagent.fuse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.volume.LockWait;
import org.jspecify.annotations.Nullable;

/// Locks of one kind on the files of a [MemoryVolume]. An unlock drops whole locks, which is all that tests
/// ask for.
final class MemoryLocks {
    final AtomicInteger waiting = new AtomicInteger();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition unlocked = lock.newCondition();
    private final List<Held> held = new ArrayList<>();

    record Held(long inode, long owner, int pid, LockMode mode, LockRange range) {
        boolean excludes(Held wanted) {
            boolean exclusive = mode == LockMode.EXCLUSIVE || wanted.mode == LockMode.EXCLUSIVE;
            return owner != wanted.owner && exclusive && overlaps(wanted);
        }

        boolean overlaps(Held other) {
            return inode == other.inode && range.start() <= other.range.end() && other.range.start() <= range.end();
        }
    }

    void set(Held wanted, LockWait wait) throws FsException {
        lock.lock();
        try {
            if (wanted.mode != LockMode.UNLOCK && conflict(wanted) != null) {
                if (wait == LockWait.TRY) {
                    throw FsException.miss(Errno.EAGAIN);
                }
                awaitFree(wanted);
            }
            held.removeIf(one -> one.owner == wanted.owner && one.overlaps(wanted));
            if (wanted.mode != LockMode.UNLOCK) {
                held.add(wanted);
            }
            unlocked.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitFree(Held wanted) throws FsException {
        waiting.incrementAndGet();
        try {
            while (conflict(wanted) != null) {
                unlocked.await();
            }
        } catch (InterruptedException _) {
            throw FsException.miss(Errno.EINTR);
        } finally {
            waiting.decrementAndGet();
        }
    }

    private @Nullable Held conflict(Held wanted) {
        for (Held one : held) {
            if (one.excludes(wanted)) {
                return one;
            }
        }
        return null;
    }

    Optional<LockConflict> get(Held wanted) {
        lock.lock();
        try {
            return Optional.ofNullable(conflict(wanted))
                    .map(found -> new LockConflict(found.mode, found.range, found.pid));
        } finally {
            lock.unlock();
        }
    }

    void drop(long inode, long owner) {
        lock.lock();
        try {
            held.removeIf(one -> one.inode == inode && one.owner == owner);
            unlocked.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
