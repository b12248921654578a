package mountagent.base;

/// The reason why a file system operation failed, by its POSIX name.
///
/// The names are POSIX's; the numbers are not here, since each front end has its own. A front end maps them with one
/// `switch` without `default`, so that a new constant breaks the build wherever it must be thought about.
public enum Errno {
    EPERM,
    ENOENT,
    EINTR,
    EIO,
    ENXIO,
    EBADF,
    EAGAIN,
    ENOMEM,
    EACCES,
    EBUSY,
    EEXIST,
    EXDEV,
    ENODEV,
    ENOTDIR,
    EISDIR,
    EINVAL,
    EMFILE,
    ENOTTY,
    EFBIG,
    ENOSPC,
    EROFS,
    EMLINK,
    EPIPE,
    ERANGE,
    EDEADLK,
    ENAMETOOLONG,
    ENOLCK,
    ENOSYS,
    ENOTEMPTY,
    ELOOP,
    ENODATA,
    EOVERFLOW,
    ENOTSUP,
    ETIMEDOUT,
    ESTALE,
    EDQUOT,
    ECANCELED
}
