package mountagent.sftp.ssh;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.server.command.Command;

/// The commands of channels that are under way, and the threads they use. Thread-safe.
final class ChannelCommands {
    private final Executor threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private final Set<Command> open = new HashSet<>();

    ChannelCommands(Executor threads) {
        this.threads = threads;
    }

    Executor threads() {
        return threads;
    }

    void begun(Command command) {
        lock.lock();
        try {
            open.add(command);
        } finally {
            lock.unlock();
        }
    }

    void ended(Command command) {
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
