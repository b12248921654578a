package mountagent.meta.sql;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import mountagent.meta.Durability;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that changes the database, with group commit.
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

    /// After that many pages in the log they are copied to the database: 32 MiB, so that the pages that each change
    /// touches are copied once for thousands of changes.
    private static final int LOG_PAGES = 8192;

    /// What is left of a log that has grown beyond that.
    private static final int LOG_BYTES_KEPT = 64 * Sizes.MIB;

    /// How long closing waits for what is queued, beyond the wait for other processes.
    private static final long CLOSE_MILLIS = TimeUnit.SECONDS.toMillis(30);

    /// How long the writer sleeps before it looks for itself: a wake-up that is lost below us costs no more.
    private static final long LOOK_AGAIN_MILLIS = 500;

    private final SqliteConnection connection;
    private final SqlErrors errors;
    private final LogSync logSync;
    private final BlockingQueue<WriteTask<?>> queue;
    private final WriteTask<?> wake = new WriteTask<>(_ -> "", Durability.COMMITTED);
    private final int batchMax;
    private final long patienceMillis;
    private final Thread thread;

    /// Used by the writer's thread alone: whether commits are synced now.
    private boolean full;

    private volatile boolean closing;
    private volatile boolean ended;

    /// Starts the writer on `connection`, which it owns from now on.
    Writer(SqliteConnection connection, SqlErrors errors, LogSync logSync, SqlOptions options)
            throws SQLException, FsException {
        this.connection = connection;
        this.errors = errors;
        this.logSync = logSync;
        this.queue = new ArrayBlockingQueue<>(options.queueMax());
        this.batchMax = options.batchMax();
        this.patienceMillis = options.busyLimit().toMillis() + CLOSE_MILLIS;
        connection.execute("PRAGMA synchronous = NORMAL");
        connection.execute("PRAGMA wal_autocheckpoint = " + LOG_PAGES);
        connection.execute("PRAGMA journal_size_limit = " + LOG_BYTES_KEPT);
        this.thread = Threads.platform("sqlite-writer-").newThread(this::loop);
        thread.start();
    }

    /// Queues `task` and waits for its end. EIO when the writer has closed or has been behind for too long.
    <T extends @Nullable Object> T run(WriteTask<T> task) throws FsException {
        try {
            if (!queue.offer(task, patienceMillis, TimeUnit.MILLISECONDS)) {
                throw new FsException(Errno.EIO, "the queue of changes has been full for " + patienceMillis + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted before the change was queued", e);
        }
        if (ended) {
            refuseQueued();
        }
        return task.await();
    }

    /// Ends after the changes that are queued, and closes the connection. Bounded.
    @Override
    public void close() {
        closing = true;
        if (!queue.offer(wake)) {
            LOG.debug("the writer is busy and will see that it is to end");
        }
        try {
            if (!thread.join(Duration.ofMillis(patienceMillis))) {
                LOG.warn("the database is still waiting for another process; left open");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        try {
            while (!closing || !queue.isEmpty()) {
                WriteTask<?> first = queue.poll(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    runBatch(first);
                }
            }
        } catch (InterruptedException e) {
            LOG.warn("the writer has been interrupted and ends", e);
        } finally {
            ended = true;
            refuseQueued();
            closeConnection();
        }
    }

    /// Whoever queued a task after the last batch must not wait for ever.
    private void refuseQueued() {
        for (WriteTask<?> task = queue.poll(); task != null; task = queue.poll()) {
            task.fail(new FsException(Errno.EIO, "the database has been closed"));
        }
    }

    private void runBatch(WriteTask<?> first) {
        List<WriteTask<?>> tasks = new ArrayList<>();
        tasks.add(first);
        queue.drainTo(tasks, batchMax - 1);
        tasks.remove(wake);
        if (tasks.isEmpty()) {
            return;
        }
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
