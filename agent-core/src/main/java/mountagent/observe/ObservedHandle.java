package mountagent.observe;

import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;

/// An open file with its number in the log, and on whose behalf it was opened: reads and writes come without.
record ObservedHandle(FileHandle handle, Caller opener, long number) implements FileHandle {
    /// What an [ObservedFs] handed out.
    static ObservedHandle of(FileHandle handle) throws FsException {
        if (handle instanceof ObservedHandle observed) {
            return observed;
        }
        throw new FsException(Errno.EBADF, "handle " + handle + " is not of this volume");
    }

    @Override
    public long inode() {
        return handle.inode();
    }

    @Override
    public OpenSpec spec() {
        return handle.spec();
    }

    @Override
    public boolean mayKeepCache() {
        return handle.mayKeepCache();
    }

    @Override
    public boolean bypassesCache() {
        return handle.bypassesCache();
    }
}
