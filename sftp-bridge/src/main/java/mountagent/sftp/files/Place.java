package mountagent.sftp.files;

import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.volume.Stat;
import org.jspecify.annotations.Nullable;

/// What a path names: where the entry is, null for the user's root and what `..` led to; and what is there,
/// null for nothing.
record Place(@Nullable DentryKey at, @Nullable Stat stat) {
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
}
