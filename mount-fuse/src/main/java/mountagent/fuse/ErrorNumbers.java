package mountagent.fuse;

import mountagent.base.Errno;

/// The numbers of Linux for the errors of the facade; the same on all architectures we run on
/// (`asm-generic/errno.h`).
final class ErrorNumbers {
    private ErrorNumbers() {}

    /// The number, not negated. ENOSYS becomes EOPNOTSUPP: the kernel remembers ENOSYS for the whole mount,
    /// so it must never be the answer to one file's condition (fuse.md §4).
    static int of(Errno errno) {
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
            case ENOTEMPTY -> 39;
            case ELOOP -> 40;
            case ENODATA -> 61;
            case EOVERFLOW -> 75;
            case ENOSYS, ENOTSUP -> 95;
            case ETIMEDOUT -> 110;
            case ESTALE -> 116;
            case EDQUOT -> 122;
            case ECANCELED -> 125;
        };
    }
}
