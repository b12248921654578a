package mountagent.sftp.wire;

import mountagent.base.Errno;

/// How a request ended, as version 3 numbers it. What the number does not say stands in the text beside it.
public enum Status {
    OK(0),
    EOF(1),
    NO_SUCH_FILE(2),
    PERMISSION_DENIED(3),
    FAILURE(4),
    BAD_MESSAGE(5),
    OP_UNSUPPORTED(8);

    private final int number;

    Status(int number) {
        this.number = number;
    }

    /// The number on the wire.
    public int number() {
        return number;
    }

    /// What a client is told for `errno`.
    public static Status of(Errno errno) {
        return switch (errno) {
            case ENOENT, ENOTDIR -> NO_SUCH_FILE;
            case EPERM, EACCES, EROFS -> PERMISSION_DENIED;
            case ENOSYS, ENOTSUP -> OP_UNSUPPORTED;
            case EINTR,
                    EIO,
                    ENXIO,
                    EBADF,
                    EAGAIN,
                    ENOMEM,
                    EBUSY,
                    EEXIST,
                    EXDEV,
                    ENODEV,
                    EISDIR,
                    EINVAL,
                    EMFILE,
                    ENOTTY,
                    EFBIG,
                    ENOSPC,
                    EMLINK,
                    EPIPE,
                    ERANGE,
                    EDEADLK,
                    ENAMETOOLONG,
                    ENOLCK,
                    ENOTEMPTY,
                    ELOOP,
                    ENODATA,
                    EOVERFLOW,
                    ETIMEDOUT,
                    ESTALE,
                    EDQUOT,
                    ECANCELED -> FAILURE;
        };
    }
}
