package mountagent.fuse;

import mountagent.base.Errno;
import mountagent.base.LinuxErrors;

/// The numbers that the kernel is answered for the errors of the facade.
final class ErrorNumbers {
    private ErrorNumbers() {}

    /// The number, not negated. ENOSYS becomes EOPNOTSUPP: the kernel remembers ENOSYS for the whole mount,
    /// so it must never be the answer to one file's condition (fuse.md §4).
    static int of(Errno errno) {
        return LinuxErrors.number(errno == Errno.ENOSYS ? Errno.ENOTSUP : errno);
    }
}
