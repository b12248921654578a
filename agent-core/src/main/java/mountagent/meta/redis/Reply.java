package mountagent.meta.redis;

import io.lettuce.core.RedisFuture;
import java.util.concurrent.CompletableFuture;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// The answer to one command of a batch; there once the batch has run.
final class Reply<T extends @Nullable Object> {
    private final CompletableFuture<T> future;

    Reply(RedisFuture<T> future) {
        this.future = future.toCompletableFuture();
    }

    /// What the server answered; its error replies as EIO, ENOSPC or EROFS.
    T get() throws FsException {
        Throwable error = error();
        if (error != null) {
            throw RedisErrors.failure(error);
        }
        return future.resultNow();
    }

    /// The server's error reply, or null.
    @Nullable
    Throwable error() {
        return future.isCompletedExceptionally() ? RedisErrors.unwrap(future.exceptionNow()) : null;
    }
}
