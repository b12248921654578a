package mountagent.volume.control;

import mountagent.base.Errno;
import mountagent.base.FsException;

/// Errors as the protocol has them: Linux's numbers in one byte, and Go's words for them.
final class ControlErrors {
    private ControlErrors() {}

    static int number(FsException failure) {
        return number(failure.errno());
    }

    static int number(Errno errno) {
        return switch (errno) {
            case EPERM -> 1;
            case ENOENT -> 2;
            case EINTR -> 4;
            case EIO -> 5;
            case ENXIO -> 6;
            case EBADF -> 9;
            case EAGAIN -> 11;
            case ENOMEM -> 12;
            case EACCES -> 13;
            case EBUSY -> 16;
            case EEXIST -> 17;
            case EXDEV -> 18;
            case ENODEV -> 19;
            case ENOTDIR -> 20;
            case EISDIR -> 21;
            case EINVAL -> 22;
            case EMFILE -> 24;
            case ENOTTY -> 25;
            case EFBIG -> 27;
            case ENOSPC -> 28;
            case EROFS -> 30;
            case EMLINK -> 31;
            case EPIPE -> 32;
            case ERANGE -> 34;
            case EDEADLK -> 35;
            case ENAMETOOLONG -> 36;
            case ENOLCK -> 37;
            case ENOSYS -> 38;
            case ENOTEMPTY -> 39;
            case ELOOP -> 40;
            case ENODATA -> 61;
            case EOVERFLOW -> 75;
            case ENOTSUP -> 95;
            case ETIMEDOUT -> 110;
            case ESTALE -> 116;
            case EDQUOT -> 122;
            case ECANCELED -> 125;
        };
    }

    static String text(FsException failure) {
        return switch (failure.errno()) {
            case ENOENT -> "no such file or directory";
            case EPERM -> "operation not permitted";
            case EACCES -> "permission denied";
            case EINTR -> "interrupted system call";
            case EIO -> "input/output error";
            case EFBIG -> "file too large";
            case EINVAL -> "invalid argument";
            case ENOTDIR -> "not a directory";
            case EROFS -> "read-only file system";
            default -> failure.errno().name();
        };
    }
}
