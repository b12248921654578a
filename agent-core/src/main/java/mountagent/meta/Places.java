package mountagent.meta;

import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;

/// Which places names may be made at and taken from (reference: semantics.md §4 to §6).
final class Places {
    /// The trash as seen in the root.
    static final FileName TRASH = FileName.of(".trash");

    private Places() {}

    /// Whether this is where the trash shows in the root.
    static boolean isTrashName(DentryKey at) {
        return at.parent() == Inodes.ROOT && at.name().equals(TRASH);
    }

    /// A place for a new name. EPERM in the trash, EEXIST for `.` and `..`, EINVAL, ENAMETOOLONG.
    static void checkNew(DentryKey at) throws FsException {
        if (Inodes.isTrash(at.parent()) || isTrashName(at)) {
            throw FsException.miss(Errno.EPERM);
        }
        if (at.name().isDots()) {
            throw FsException.miss(Errno.EEXIST);
        }
        at.name().check();
    }

    /// A place that a name is taken from. EPERM for the trash itself, its hour directories, and for what lies in them
    /// unless root takes it; ENAMETOOLONG.
    static void checkOld(Caller caller, DentryKey at) throws FsException {
        boolean isHour = at.parent() == Inodes.TRASH_ROOT;
        boolean isKept = Inodes.isTrash(at.parent()) && !caller.isRoot();
        if (isHour || isKept || isTrashName(at)) {
            throw FsException.miss(Errno.EPERM);
        }
        at.name().checkLength();
    }

    /// The directory `node` that a new name is to be made in. ENOENT when it lies in the trash, EACCES, EPERM.
    static void checkDirectory(Change change, Caller caller, Node directory) throws FsException {
        if (Inodes.isTrashed(directory)) {
            throw FsException.miss(Errno.ENOENT);
        }
        change.check(caller, directory, Permission.WRITE | Permission.EXECUTE);
        Permission.checkFlags(directory, NodeFlag.IMMUTABLE);
    }
}
