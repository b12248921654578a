package mountagent.sftp.files;

import mountagent.base.Attr;
import mountagent.base.AttrChange;
import mountagent.base.AttrChange.TimeChange;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.sftp.wire.FileAttributes;

/// What a client's attributes mean.
///
/// Set-user-ID and set-group-ID bits are not set on files through SFTP (what is uploaded should not run as its
/// owner); directories may have the group bit, which only says whose group new files get.
final class AttributeChanges {
    private static final int PERMISSIONS = 01777;
    private static final int DIRECTORY_PERMISSIONS = 03777;

    /// Directories that are made without a mode.
    private static final int DIRECTORY_DEFAULT = 0777;

    private static final int FILE_DEFAULT = 0666;

    private AttributeChanges() {}

    /// The mode of a new file, before its user's umask.
    static int modeOfNewFile(FileAttributes attributes) {
        return attributes.mode().orElse(FILE_DEFAULT) & PERMISSIONS;
    }

    /// The mode of a new directory, before its user's umask.
    static int modeOfNewDirectory(FileAttributes attributes) {
        return attributes.mode().orElse(DIRECTORY_DEFAULT) & DIRECTORY_PERMISSIONS;
    }

    /// The change that is asked for of a node that is now as `attr` says. A user or group that stays as it is
    /// takes no rights: clients send both to change one. EINVAL for a size beyond what is a number of 63 bits,
    /// ENOTSUP for the permissions of a link.
    static AttrChange of(FileAttributes asked, Attr attr) throws FsException {
        AttrChange change = AttrChange.NONE;
        if (asked.size().isPresent()) {
            change = change.withLength(length(asked.size().getAsLong(), attr.type()));
        }
        if (asked.owner().isSet()) {
            change = owner(change, asked.owner(), attr);
        }
        if (asked.mode().isPresent()) {
            if (attr.type() == FileType.SYMLINK) {
                throw FsException.miss(Errno.ENOTSUP);
            }
            boolean isDirectory = attr.type() == FileType.DIRECTORY;
            change = change.withMode(asked.mode().getAsInt() & (isDirectory ? DIRECTORY_PERMISSIONS : PERMISSIONS));
        }
        if (asked.times().isSet()) {
            change = change.withAtime(time(asked.times().atime()))
                    .withMtime(time(asked.times().mtime()));
        }
        return change;
    }

    private static long length(long size, FileType type) throws FsException {
        if (type == FileType.DIRECTORY) {
            throw FsException.miss(Errno.EISDIR);
        }
        if (size < 0 || type != FileType.FILE) {
            throw FsException.miss(Errno.EINVAL);
        }
        return size;
    }

    private static AttrChange owner(AttrChange change, FileAttributes.Owner owner, Attr attr) {
        AttrChange changed = owner.uid() == attr.uid() ? change : change.withUid(owner.uid());
        return owner.gid() == attr.gid() ? changed : changed.withGid(owner.gid());
    }

    private static TimeChange time(long seconds) {
        return TimeChange.to(new Timestamp(seconds, 0));
    }
}
