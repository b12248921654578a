package mountagent.chunk;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The inodes that have pending slices, and the thread that looks at them every 100 ms for time limits. It
/// sleeps while there are none. Thread-safe; called with an inode's lock held.
final class DirtyFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirtyFiles.class);
    private static final Duration PERIOD = Duration.ofMillis(100);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    private final Set<InodeCommitter> files = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Thread thread;
    private volatile boolean isIdle;
    private volatile boolean isClosed;

    DirtyFiles() {
        this.thread = Threads.platform("data-limits-").newThread(this::watch);
        thread.start();
    }

    void add(InodeCommitter file) {
        files.add(file);
        if (isIdle) {
            wake();
        }
    }

    void remove(InodeCommitter file) {
        files.remove(file);
    }

    /// All of them at the moment.
    Set<InodeCommitter> all() {
        return Set.copyOf(files);
    }

    private void wake() {
        lock.lock();
        try {
            filled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void watch() {
        try {
            while (!isClosed) {
                awaitFile();
                pause();
                for (InodeCommitter file : files) {
                    look(file);
                }
            }
        } catch (InterruptedException _) {
            if (!isClosed) {
                LOG.error("the watch over pending writes was interrupted");
            }
        }
    }

    /// In real time: a clock that is set by hand says how old slices are, not how often they are looked at.
    private void pause() throws InterruptedException {
        lock.lock();
        try {
            for (long left = PERIOD.toNanos(); left > 0 && !isClosed; ) {
                left = filled.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private static void look(InodeCommitter file) {
        try {
            file.freezeDue();
        } catch (RuntimeException e) {
            LOG.error("cannot look after the pending writes of inode {}", file.inode(), e);
        }
    }

    private void awaitFile() throws InterruptedException {
        lock.lock();
        try {
            while (files.isEmpty() && !isClosed) {
                isIdle = true;
                // A file that came before the mark was seen did not wake us.
                if (files.isEmpty()) {
                    filled.await();
                }
            }
        } finally {
            isIdle = false;
            lock.unlock();
        }
    }

    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
        try {
            boolean _ = thread.join(CLOSE_MAX);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
