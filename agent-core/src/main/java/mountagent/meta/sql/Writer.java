package mountagent.meta.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place where the database is changed, with group commit.
///
/// ## Turns
/// There is no thread for it: of the callers that wait, one at a time has the turn, on its own thread. It takes what
/// is queued, its own change among them, and commits it as one batch. When its own change is done it passes the turn
/// on to the first that still waits. A caller that comes alone thus waits for no other thread; changes that come
/// while a batch commits share the next one.
///
/// ## A batch
/// The writer takes what is queued, up to a limit, opens a transaction that has the write lock from its start
/// (`BEGIN IMMEDIATE`), runs the tasks one after the other and commits once. A batch with a task that must be
/// [Durability#POWER_SAFE] commits with `synchronous=FULL`, which covers everything committed before; others with
/// `NORMAL`. Where such a batch has nothing to write, the log is synced instead.
///
/// ## Failures
/// An exception of a task's own function ends that task alone: it has not written anything yet. Whatever else goes
/// wrong takes the whole batch back, and its tasks run again, each in a transaction of its own, so that each gets its
/// own answer: on a full disk a removal may still succeed.
final class Writer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

    /// After that many pages in the log, 64 MiB, whoever commits copies them to the database: for when [Checkpoints]
    /// cannot follow.
    private static final int LOG_PAGES = 16_384;

    /// What is left of a log that has grown beyond that.
    private static final int LOG_BYTES_KEPT = 64 * Sizes.MIB;

    /// How long closing waits for what is queued, beyond the wait for other processes.
    private static final long CLOSE_MILLIS = TimeUnit.SECONDS.toMillis(30);

    private final SqliteConnection connection;
    private final SqlErrors errors;
    private final LogSync logSync;
    private final Checkpoints checkpoints;
    private final BlockingQueue<WriteTask<?>> queue;
    private final int batchMax;
    private final long patienceMillis;

    /// The right to use the connection.
    private final ReentrantLock turn = new ReentrantLock();

    /// Whether commits are synced now. Guarded by `turn`.
    private boolean full;

    /// Guarded by `turn`.
    private boolean closed;

    /// Changes by `connection`, which it owns from now on; `opening` opens more of the kind.
    Writer(
            SqliteConnection connection,
            Checkpoints.Opening opening,
            SqlErrors errors,
            LogSync logSync,
            SqlOptions options)
            throws SQLException, FsException {
        this.connection = connection;
        this.checkpoints = new Checkpoints(opening, this::standStill);
        this.errors = errors;
        this.logSync = logSync;
        this.queue = new ArrayBlockingQueue<>(options.queueMax());
        this.batchMax = options.batchMax();
        this.patienceMillis = options.busyLimit().toMillis() + CLOSE_MILLIS;
        connection.execute("PRAGMA synchronous = NORMAL");
        connection.execute("PRAGMA wal_autocheckpoint = " + LOG_PAGES);
        connection.execute("PRAGMA journal_size_limit = " + LOG_BYTES_KEPT);
    }

    /// Queues `task` and returns when it has ended; may run it and others meanwhile. EIO when the writer has closed
    /// or has been behind for too long.
    <T extends @Nullable Object> T run(WriteTask<T> task) throws FsException {
        if (Thread.currentThread().isInterrupted()) {
            throw new FsException(Errno.EINTR, "interrupted before the change was queued");
        }
        enqueue(task);
        boolean interrupted = false;
        while (!task.hasEnded()) {
            if (turn.tryLock()) {
                try {
                    // An interrupt would close the file that a sync is about.
                    interrupted |= Thread.interrupted();
                    runBatch(task);
                } finally {
                    turn.unlock();
                }
                passTurn();
            } else {
                interrupted |= task.park();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return task.result();
    }

    private void enqueue(WriteTask<?> task) throws FsException {
        try {
            if (!queue.offer(task, patienceMillis, TimeUnit.MILLISECONDS)) {
                throw new FsException(Errno.EIO, "the queue of changes has been full for " + patienceMillis + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted before the change was queued", e);
        }
    }

    /// Who queued a change while the turn was taken went to sleep. Looked for after the turn was given back, so that
    /// whoever comes later finds it free.
    private void passTurn() {
        WriteTask<?> next = queue.peek();
        if (next != null) {
            next.wake();
        }
    }

    private void standStill(Checkpoints.Step step) throws SQLException, FsException {
        turn.lock();
        try {
            if (!closed) {
                step.run();
            }
        } finally {
            turn.unlock();
        }
        passTurn();
    }

    /// Ends after the batch that runs, and closes the connection. Bounded.
    @Override
    public void close() {
        checkpoints.close();
        try {
            if (!turn.tryLock(patienceMillis, TimeUnit.MILLISECONDS)) {
                LOG.warn("the database is still waiting for another process; left open");
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            LOG.warn("interrupted; the database is left open");
            return;
        }
        try {
            if (!closed) {
                closed = true;
                refuseQueued();
                closeConnection();
            }
        } finally {
            turn.unlock();
        }
    }

    /// Whoever queued a task after the last batch must not wait for ever.
    private void refuseQueued() {
        for (WriteTask<?> task = queue.poll(); task != null; task = queue.poll()) {
            task.fail(new FsException(Errno.EIO, "the database has been closed"));
        }
    }

    /// A batch of what is queued, unless `own` was in one meanwhile.
    private void runBatch(WriteTask<?> own) {
        if (closed) {
            refuseQueued();
            return;
        }
        if (own.hasEnded()) {
            return;
        }
        List<WriteTask<?>> tasks = new ArrayList<>();
        queue.drainTo(tasks, batchMax);
        if (tasks.size() > 1 && commit(tasks) != null) {
            LOG.debug("a batch of {} changes is made one by one", tasks.size());
            tasks.forEach(this::commitAlone);
        } else if (tasks.size() == 1) {
            commitAlone(tasks.getFirst());
        }
    }

    private void commitAlone(WriteTask<?> task) {
        Throwable failure = commit(List.of(task));
        if (failure != null) {
            task.fail(failure);
        }
    }

    /// Runs and commits tasks and ends them; when that fails takes all back and answers why, the tasks not ended.
    private @Nullable Throwable commit(List<WriteTask<?>> tasks) {
        boolean synced;
        try {
            synced = tryCommit(tasks);
        } catch (SQLException e) {
            connection.rollBack();
            return errors.translate(e);
        } catch (FsException | RuntimeException | Error e) {
            connection.rollBack();
            return e;
        }
        checkpoints.changed(tasks.size());
        FsException unsynced = synced ? null : syncLog();
        for (WriteTask<?> task : tasks) {
            if (unsynced != null && task.isPowerSafe()) {
                task.fail(unsynced);
            } else {
                task.end();
            }
        }
        return null;
    }

    /// Commits and answers whether the log needs no sync of its own.
    private boolean tryCommit(List<WriteTask<?>> tasks) throws FsException, SQLException {
        boolean powerSafe = tasks.stream().anyMatch(WriteTask::isPowerSafe);
        if (powerSafe != full) {
            connection.execute("PRAGMA synchronous = " + (powerSafe ? "FULL" : "NORMAL"));
            full = powerSafe;
        }
        connection.begin(tasks.getFirst().queuedNanos());
        Batch batch = new Batch(connection, errors);
        for (WriteTask<?> task : tasks) {
            task.run(batch);
        }
        batch.flush();
        connection.prepare(Query.COMMIT).change();
        return !powerSafe || batch.hasChanged();
    }

    /// The change itself is committed then: that must not be taken for "without effect".
    private @Nullable FsException syncLog() {
        try {
            logSync.sync();
            return null;
        } catch (FsException e) {
            return new FsException(e.errno(), "committed, but not safe from a power cut: " + e.getMessage(), e);
        }
    }

    private void closeConnection() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.warn("closing the database: {}", e.getMessage());
        }
    }
}
