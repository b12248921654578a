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

    /// The same for the failure of an operation. Where ENOENT says that the node itself is gone, it becomes
    /// ESTALE: the kernel went by a name that has expired elsewhere, and looks it up anew. Not so for what is
    /// asked of directories too: the kernel never looks up the one that it starts from.
    static int of(Opcode opcode, Errno errno) {
        boolean isStale = errno == Errno.ENOENT
                && switch (opcode) {
                    case OPEN, SETATTR, READLINK -> true;
                    default -> false;
                };
        return of(isStale ? Errno.ESTALE : errno);
    }
}
