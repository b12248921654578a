package mountagent.sftp.ssh;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The SFTP channels that are open, and the threads they use. Thread-safe.
final class SftpCommands {
    private final Executor threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private final Set<SftpCommand> open = new HashSet<>();

    SftpCommands(Executor threads) {
        this.threads = threads;
    }

    Executor threads() {
        return threads;
    }

    void begun(SftpCommand command) {
        lock.lock();
        try {
            open.add(command);
        } finally {
            lock.unlock();
        }
    }

    void ended(SftpCommand command) {
        lock.lock();
        try {
            open.remove(command);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until all have ended, their data stored; false when `limit` passes before.
    boolean awaitEnd(Duration limit) {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (!open.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return open.isEmpty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
