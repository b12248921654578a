package mountagent.meta.redis;

import mountagent.base.Errno;

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

    private RedisRetry(Reason reason, Errno errno, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.errno = errno;
    }

    private RedisRetry() {
        super("what the transaction had read has changed", null, false, false);
        this.reason = Reason.CONFLICT;
        this.errno = Errno.EIO;
    }

    /// EXEC found a watched key changed.
    static RedisRetry conflict() {
        return new RedisRetry();
    }

    /// The connection broke or could not be made.
    static RedisRetry lost(Throwable cause) {
        return new RedisRetry(Reason.UNAVAILABLE, Errno.EIO, RedisErrors.message(cause), cause);
    }

    /// The server answered that it cannot serve now.
    static RedisRetry refused(Errno errno, Throwable cause) {
        return new RedisRetry(Reason.UNAVAILABLE, errno, RedisErrors.message(cause), cause);
    }

    Reason reason() {
        return reason;
    }

    Errno errno() {
        return errno;
    }
}
