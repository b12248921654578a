package mountagent.meta.redis;

import mountagent.base.Errno;
import org.jspecify.annotations.Nullable;

/// An attempt that had no effect and may be made again; says what its caller gets when it may not.
final class RedisRetry extends Exception {
    private static final long serialVersionUID = 1;

    /// Why the attempt failed: each has its own limit (see [RedisLimits]).
    enum Reason {
        /// Something that was read has changed meanwhile.
        CONFLICT,
        /// The server is away, loading, or refuses for now.
        UNAVAILABLE
    }

    private final Reason reason;
    private final Errno errno;
    private final transient @Nullable RedisAddress by;

    private RedisRetry(
            Reason reason, Errno errno, @Nullable RedisAddress by, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.errno = errno;
        this.by = by;
    }

    private RedisRetry() {
        super("what the transaction had read has changed", null, false, false);
        this.reason = Reason.CONFLICT;
        this.errno = Errno.EIO;
        this.by = null;
    }

    /// EXEC found a watched key changed.
    static RedisRetry conflict() {
        return new RedisRetry();
    }

    /// The connection broke or could not be made.
    static RedisRetry lost(Throwable cause) {
        return new RedisRetry(Reason.UNAVAILABLE, Errno.EIO, null, RedisErrors.message(cause), cause);
    }

    /// The server at `by` answered that it cannot serve now.
    static RedisRetry refused(Errno errno, RedisAddress by, Throwable cause) {
        return new RedisRetry(Reason.UNAVAILABLE, errno, by, RedisErrors.message(cause), cause);
    }

    /// Something else than an error reply shows that the server at `by` does not serve what is asked for now.
    static RedisRetry unsuited(RedisAddress by, String message) {
        return new RedisRetry(Reason.UNAVAILABLE, Errno.EIO, by, message, null);
    }

    /// The server that answered so; null when none did.
    @Nullable
    RedisAddress by() {
        return by;
    }

    Reason reason() {
        return reason;
    }

    Errno errno() {
        return errno;
    }
}
