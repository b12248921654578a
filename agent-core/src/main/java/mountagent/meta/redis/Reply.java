package mountagent.meta.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.protocol.RedisCommand;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// The answer to one command of a batch; there once the batch has run.
final class Reply<T extends @Nullable Object> {
    private final RedisFuture<T> command;
    private final CompletableFuture<T> future;

    Reply(RedisFuture<T> future) {
        this.command = future;
        this.future = future.toCompletableFuture();
    }

    /// What the server answered; its error replies as EIO, ENOSPC or EROFS.
    T get() throws FsException {
        Throwable error = error();
        if (error != null) {
            throw RedisErrors.isWrongType(error) ? wrongType(error) : RedisErrors.failure(error);
        }
        return future.resultNow();
    }

    private FsException wrongType(Throwable error) {
        ByteBuffer key = command instanceof RedisCommand<?, ?, ?> sent && sent.getArgs() != null
                ? sent.getArgs().getFirstEncodedKey()
                : null;
        String name = key == null ? "" : StandardCharsets.UTF_8.decode(key).toString();
        return new FsException(
                Errno.EIO,
                "key '" + name + "': Redis answered " + RedisErrors.message(error)
                        + ": something else uses this database, give the volume one of its own",
                error);
    }

    /// The server's error reply, or null.
    @Nullable
    Throwable error() {
        return future.isCompletedExceptionally() ? RedisErrors.unwrap(future.exceptionNow()) : null;
    }
}
