package mountagent.observe;

import mountagent.base.Errno;
import org.jspecify.annotations.Nullable;

/// The official client's words for the ways to fail.
final class ErrnoText {
    private ErrnoText() {}

    static String of(@Nullable Errno errno) {
        return errno == null ? "OK" : words(errno);
    }

    private static String words(Errno errno) {
        return switch (errno) {
            case EPERM -> "operation not permitted";
            case ENOENT -> "no such file or directory";
            case EINTR -> "interrupted system call";
            case EIO -> "input/output error";
            case ENXIO -> "no such device or address";
            case EBADF -> "bad file descriptor";
            case EAGAIN -> "resource temporarily unavailable";
            case ENOMEM -> "cannot allocate memory";
            case EACCES -> "permission denied";
            case EBUSY -> "device or resource busy";
            case EEXIST -> "file exists";
            case EXDEV -> "invalid cross-device link";
            case ENODEV -> "no such device";
            case ENOTDIR -> "not a directory";
            case EISDIR -> "is a directory";
            case EINVAL -> "invalid argument";
            case EMFILE -> "too many open files";
            case ENOTTY -> "inappropriate ioctl for device";
            case EFBIG -> "file too large";
            case ENOSPC -> "no space left on device";
            case EROFS -> "read-only file system";
            case EMLINK -> "too many links";
            case EPIPE -> "broken pipe";
            case ERANGE -> "numerical result out of range";
            case EDEADLK -> "resource deadlock avoided";
            case ENAMETOOLONG -> "file name too long";
            case ENOLCK -> "no locks available";
            case ENOSYS -> "function not implemented";
            case ENOTEMPTY -> "directory not empty";
            case ELOOP -> "too many levels of symbolic links";
            case ENODATA -> "no data available";
            case EOVERFLOW -> "value too large for defined data type";
            case ENOTSUP -> "operation not supported";
            case ETIMEDOUT -> "connection timed out";
            case ESTALE -> "stale NFS file handle";
            case EDQUOT -> "disk quota exceeded";
            case ECANCELED -> "operation canceled";
        };
    }
}
