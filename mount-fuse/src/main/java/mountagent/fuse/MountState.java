package mountagent.fuse;

import java.util.concurrent.locks.ReentrantLock;
import mountagent.volume.DirHandle;
import mountagent.volume.FileHandle;
import mountagent.volume.VolumeFs;

/// What all handlers of one mount share. Everything in it is thread-safe.
record MountState(
        VolumeFs volume,
        Protocol protocol,
        NodeEncoder encoder,
        Callers callers,
        HandleTable<FileHandle> files,
        HandleTable<OpenDirectory> directories) {

    /// An open directory; a listing goes on under its lock, since two threads may share the descriptor.
    record OpenDirectory(DirHandle handle, ReentrantLock lock) {}
}
