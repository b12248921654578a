package mountagent.meta.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Commands that go out together and are waited for together: one round trip. Made by [RedisLink#batch()], used once.
final class RedisBatch {
    /// The commands of Lettuce over byte strings.
    interface Command<T extends @Nullable Object>
            extends Function<RedisAsyncCommands<byte[], byte[]>, RedisFuture<T>> {}

    private final RedisLink link;
    private final RedisAsyncCommands<byte[], byte[]> commands;
    private final List<Future<?>> awaited = new ArrayList<>();
    private final List<RedisFuture<?>> queued = new ArrayList<>();

    RedisBatch(RedisLink link, RedisAsyncCommands<byte[], byte[]> commands) {
        this.link = link;
        this.commands = commands;
    }

    /// Adds a command whose answer is waited for.
    <T extends @Nullable Object> Reply<T> ask(Command<T> command) {
        if (link.asksForEach()) {
            awaited.add(commands.asking());
        }
        return await(command);
    }

    private <T extends @Nullable Object> Reply<T> await(Command<T> command) {
        RedisFuture<T> future = command.apply(commands);
        awaited.add(future);
        return new Reply<>(future);
    }

    /// Adds an EXEC; a MULTI must have been asked before.
    Reply<TransactionResult> exec() {
        return await(RedisAsyncCommands::exec);
    }

    /// Adds a command between MULTI and EXEC: it is answered with EXEC, and not at all when EXEC is refused.
    <T extends @Nullable Object> Reply<T> queue(Command<T> command) {
        RedisFuture<T> future = command.apply(commands);
        queued.add(future);
        return new Reply<>(future);
    }

    /// Sends the batch and waits for the answers. Error replies are left to [Reply], except those that pass with
    /// time. EINTR when interrupted; the link is of no more use then.
    void run() throws FsException, RedisRetry {
        link.countTrip();
        try {
            await(link.deadlineNanos());
        } catch (InterruptedException e) {
            link.abandon();
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while waiting for Redis", e);
        }
        check();
    }

    /// The same for a batch that changes something: an interruption is kept for later, since giving up now would
    /// leave the outcome unknown. The wait ends at the time limit all the same.
    void runThrough() throws FsException, RedisRetry {
        link.countTrip();
        long deadlineNanos = link.deadlineNanos();
        boolean interrupted = false;
        try {
            boolean done = false;
            while (!done) {
                try {
                    await(deadlineNanos);
                    done = true;
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        check();
    }

    private void await(long deadlineNanos) throws RedisRetry, InterruptedException {
        try {
            link.drive(deadlineNanos);
        } catch (IOException e) {
            throw RedisRetry.lost(e);
        }
        for (Future<?> future : awaited) {
            if (!future.isDone()) {
                throw RedisRetry.lost(new TimeoutException("no answer within " + link.timeout()));
            }
            if (future.state() == Future.State.FAILED && !RedisErrors.isReply(future.exceptionNow())) {
                throw RedisRetry.lost(future.exceptionNow());
            }
        }
        link.answered();
    }

    private void check() throws FsException, RedisRetry {
        for (Future<?> future : awaited) {
            if (future.state() == Future.State.FAILED) {
                Throwable error = RedisErrors.unwrap(future.exceptionNow());
                boolean isAbort = RedisErrors.isAbort(error);
                Throwable cause = isAbort ? abortCause(error) : error;
                if (RedisErrors.isPassing(cause)) {
                    throw RedisRetry.refused(RedisErrors.errno(cause), link.address(), cause);
                }
                if (isAbort) {
                    throw RedisErrors.failure(cause);
                }
            }
        }
    }

    /// EXEC says only that a command was refused before; the command itself knows why.
    private Throwable abortCause(Throwable abort) {
        for (RedisFuture<?> future : queued) {
            String why = future.getError();
            if (why != null) {
                return new RedisCommandExecutionException(why, abort);
            }
        }
        return abort;
    }
}
