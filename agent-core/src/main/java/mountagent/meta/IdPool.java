package mountagent.meta;

import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Threads;
import org.jspecify.annotations.Nullable;

/// Hands out ids of one kind from batches drawn ahead: the next batch is on its way before the last runs out, so that
/// hardly anybody waits for it. What is left at the end of the process is lost, which does no harm. Thread-safe.
final class IdPool {
    /// Where batches come from.
    @FunctionalInterface
    interface Source {
        IdRange draw(int count) throws FsException;
    }

    /// The share of a batch that is left when the next one is drawn.
    private static final int AHEAD = 10;

    private static final ThreadFactory THREADS = Threads.virtual("ids-");

    private final Source source;
    private final int batch;
    /// Guards the fields below; not held while the engine is asked.
    private final ReentrantLock lock = new ReentrantLock();

    private long next;
    private long end;
    private @Nullable FutureTask<IdRange> coming;

    IdPool(Source source, int batch) {
        this.source = source;
        this.batch = batch;
    }

    /// An id that nobody else has. Fails with what the engine fails with; EINTR when interrupted.
    long next() throws FsException {
        while (true) {
            FutureTask<IdRange> task;
            boolean mine = false;
            lock.lock();
            try {
                if (next < end) {
                    long id = next++;
                    drawAhead();
                    return id;
                }
                if (coming == null) {
                    coming = new FutureTask<>(() -> source.draw(batch));
                    mine = true;
                }
                task = coming;
            } finally {
                lock.unlock();
            }
            if (mine) {
                task.run();
            }
            adopt(task, mine);
        }
    }

    private void drawAhead() {
        if (coming == null && end - next <= batch / AHEAD) {
            coming = new FutureTask<>(() -> source.draw(batch));
            THREADS.newThread(coming).start();
        }
    }

    /// Waits for a batch and begins to use it, once. A failure is thrown to whoever asked the engine; others ask again.
    private void adopt(FutureTask<IdRange> task, boolean mine) throws FsException {
        @Nullable IdRange range = null;
        @Nullable FsException failure = null;
        try {
            range = task.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while waiting for ids", interrupted);
        } catch (ExecutionException failed) {
            failure = failed.getCause() instanceof FsException known
                    ? known
                    : new FsException(Errno.EIO, "cannot draw ids", failed.getCause());
        }
        lock.lock();
        try {
            if (Objects.equals(coming, task)) {
                coming = null;
                if (range != null) {
                    next = range.first();
                    end = range.first() + range.count();
                }
            }
        } finally {
            lock.unlock();
        }
        if (failure != null && mine) {
            throw failure;
        }
    }
}
