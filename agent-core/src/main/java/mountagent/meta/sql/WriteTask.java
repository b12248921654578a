package mountagent.meta.sql;

import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Durability;
import org.jspecify.annotations.Nullable;

/// One change that somebody waits for. It is made by whoever has the writer's turn, maybe several times, and told its
/// end once.
final class WriteTask<T extends @Nullable Object> {
    /// What a task does within a batch.
    @FunctionalInterface
    interface Body<T extends @Nullable Object> {
        T run(Batch batch) throws SQLException, FsException;
    }

    /// How long a wait goes on before it looks for itself: a wake-up that is lost below us costs no more.
    private static final long LOOK_AGAIN_NANOS = 200_000_000L;

    private final Body<T> body;
    private final Durability durability;
    private final Thread waiting = Thread.currentThread();
    private final long queuedNanos = System.nanoTime();

    private @Nullable T result;
    private @Nullable Throwable failure;
    private volatile boolean ended;

    /// A task that the calling thread will wait for.
    WriteTask(Body<T> body, Durability durability) {
        this.body = body;
        this.durability = durability;
    }

    /// When the wait began, in the terms of [System#nanoTime()].
    long queuedNanos() {
        return queuedNanos;
    }

    boolean isPowerSafe() {
        return durability == Durability.POWER_SAFE;
    }

    /// Does the work within a batch. An exception that is the work's own becomes the end of the task and leaves the
    /// batch as it was; whatever else goes wrong is thrown and spoils the batch.
    void run(Batch batch) throws SQLException, FsException {
        result = null;
        failure = null;
        try {
            result = body.run(batch);
        } catch (Batch.Refused e) {
            failure = e.reason();
        }
    }

    /// Ends the task as it ran.
    void end() {
        ended = true;
        wake();
    }

    /// Ends the task with a failure.
    void fail(Throwable reason) {
        failure = reason;
        end();
    }

    boolean hasEnded() {
        return ended;
    }

    /// Has the waiting thread look again.
    void wake() {
        if (!Thread.currentThread().equals(waiting)) {
            LockSupport.unpark(waiting);
        }
    }

    /// Sleeps until the task may have ended or the turn may be free; answers whether the thread was interrupted. That
    /// does not end the wait, since the outcome would be unknown; it is as bounded as the writer's own waits are.
    boolean park() {
        LockSupport.parkNanos(this, LOOK_AGAIN_NANOS);
        return Thread.interrupted();
    }

    /// What an ended task answers.
    @SuppressWarnings("NullAway") // without a failure the result is what the body answered
    T result() throws FsException {
        if (failure != null) {
            throw failure();
        }
        return result;
    }

    private FsException failure() {
        return switch (failure) {
            case FsException e -> e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null -> throw new IllegalStateException("the task has not failed");
            case Throwable e -> new FsException(Errno.EIO, String.valueOf(e.getMessage()), e);
        };
    }
}
