package mountagent.meta.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import mountagent.base.Errno;
import mountagent.base.FsException;

/// What the server's error replies mean (reference: meta-redis.md §8.1).
final class RedisErrors {
    private static final String[] PASSING = {
        "LOADING", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "MOVED", "ASK", "MASTERDOWN", "BUSY "
    };

    private RedisErrors() {}

    /// The message of `error` or of what it wraps.
    static String message(Throwable error) {
        Throwable root = unwrap(error);
        String message = root.getMessage();
        return message == null ? root.getClass().getSimpleName() : message;
    }

    /// Without the wrappers of futures.
    static Throwable unwrap(Throwable error) {
        Throwable cause = error.getCause();
        boolean wraps = error instanceof CompletionException || error instanceof ExecutionException;
        return wraps && cause != null ? unwrap(cause) : error;
    }

    /// Whether `error` is a reply of the server; all else means that the connection is of no more use.
    static boolean isReply(Throwable error) {
        return unwrap(error) instanceof RedisCommandExecutionException;
    }

    /// Whether the reply passes with time.
    static boolean isPassing(Throwable error) {
        String message = message(error);
        for (String start : PASSING) {
            if (message.startsWith(start)) {
                return true;
            }
        }
        return message.toLowerCase(Locale.ROOT).contains("max number of clients reached");
    }

    /// Whether EXEC was refused because a command of its transaction had been.
    static boolean isAbort(Throwable error) {
        return message(error).startsWith("EXECABORT");
    }

    /// Whether a key holds something else than the command, or one of a script, is for.
    static boolean isWrongType(Throwable error) {
        return message(error).contains("WRONGTYPE ");
    }

    /// Whether the server does not know a script (any more).
    static boolean isNoScript(Throwable error) {
        return message(error).startsWith("NOSCRIPT");
    }

    static Errno errno(Throwable error) {
        String message = message(error);
        if (message.startsWith("OOM")) {
            return Errno.ENOSPC;
        }
        return message.startsWith("READONLY") ? Errno.EROFS : Errno.EIO;
    }

    /// `error`, a reply of the server, as callers of the engine get it.
    static FsException failure(Throwable error) {
        String advice = message(error).startsWith("OOM") ? ": give the server more memory" : "";
        return new FsException(errno(error), "Redis answered: " + message(error) + advice, error);
    }
}
