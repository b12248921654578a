package mountagent.observe;

import mountagent.base.Caller;
import mountagent.volume.DirHandle;

/// An open directory with its number in the log, and on whose behalf it was opened.
record ObservedDirectory(DirHandle handle, Caller opener, long number) implements DirHandle {
    @Override
    public long inode() {
        return handle.inode();
    }
}
