package mountagent.sftp.files;

import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.volume.Stat;
import org.jspecify.annotations.Nullable;

/// What a path names: where the entry is, null for the user's root and what `..` led to; what is there, null for
/// nothing; and what the entry may be of.
record Place(@Nullable DentryKey at, @Nullable Stat stat, Allows allows) {
    /// What may have the name.
    enum Allows {
        ANYTHING,
        /// The path ends in a slash.
        DIRECTORY
    }

    /// What is there. ENOENT.
    Stat existing() throws FsException {
        if (stat == null) {
            throw FsException.miss(Errno.ENOENT);
        }
        return stat;
    }

    /// The entry, which can be made, moved or removed. EBUSY for the root, and for a path that ends in `..`.
    DentryKey entry() throws FsException {
        if (at == null) {
            throw FsException.miss(Errno.EBUSY);
        }
        return at;
    }

    /// The same for a node of a type. ENOTDIR when the path can only be a directory's.
    DentryKey entryOf(FileType type) throws FsException {
        DentryKey entry = entry();
        if (allows == Allows.DIRECTORY && type != FileType.DIRECTORY) {
            throw FsException.miss(Errno.ENOTDIR);
        }
        return entry;
    }
}
