package mountagent.sftp.files;

import java.util.function.IntFunction;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.volume.VolumeFs;

/// A volume as one user sees it: with these rights, from the directory `root` down.
///
/// `nameOfUser` knows the names of users by number, empty where it knows none.
public record View(
        VolumeFs volume,
        Caller caller,
        long root,
        Rights rights,
        IntFunction<String> nameOfUser,
        Clock clock,
        Extras extras) {
    /// What a server does beyond the protocol when it is asked to.
    public record Extras(FileLog log, FileHashing hashing) {
        /// Nothing.
        public static final Extras NONE = new Extras(FileLog.OFF, FileHashing.OFF);
    }

    /// Whether the user may change anything.
    public enum Rights {
        READ_WRITE,
        READ_ONLY
    }

    /// EROFS for a user that may not change anything.
    void requireWritable() throws FsException {
        if (rights == Rights.READ_ONLY) {
            throw FsException.miss(Errno.EROFS);
        }
    }
}
