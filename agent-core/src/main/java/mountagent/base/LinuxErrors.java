package mountagent.base;

/// Linux's numbers for errors (`asm-generic/errno.h`) and the official client's words for them: what the kernel's
/// protocol, the control protocol and the log of accesses have in common. Other systems have other numbers.
public final class LinuxErrors {
    private LinuxErrors() {}

    /// The number, not negated.
    public static int number(Errno errno) {
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

    /// What the official client calls it.
    public static String words(Errno errno) {
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

    /// The same for a number that somebody answered, which need not be one of ours.
    public static String words(int number) {
        for (Errno errno : Errno.values()) {
            if (number(errno) == number) {
                return words(errno);
            }
        }
        return "errno " + number;
    }
}
