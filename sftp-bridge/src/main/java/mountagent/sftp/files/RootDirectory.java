package mountagent.sftp.files;

import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.sftp.wire.SftpRequest.Follow;
import mountagent.volume.Stat;
import mountagent.volume.VolumeFs;

/// Finds the directory that a user sees as `/`.
public final class RootDirectory {
    private RootDirectory() {}

    /// The inode of `path` from the root of the volume, found with all rights. ENOENT, ENOTDIR.
    public static long find(VolumeFs volume, String path) throws FsException {
        var all = new View(
                volume, Caller.AGENT, VolumeFs.ROOT, View.Rights.READ_ONLY, _ -> "", Clock.SYSTEM, View.Extras.NONE);
        Stat stat = ConfinedWalk.find(all, Bytes.utf8(path), Follow.LAST_LINK).existing();
        if (stat.attr().type() != FileType.DIRECTORY) {
            throw FsException.miss(Errno.ENOTDIR);
        }
        return stat.inode();
    }
}
