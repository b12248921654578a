package mountagent.volume;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.SpaceInfo;
import mountagent.base.XattrMode;

/// Hands every operation to another facade: a layer over the volume extends this and overrides what it changes.
/// Thread-safe as far as that layer is.
class ForwardingFs implements VolumeFs {
    private final VolumeFs inner;

    ForwardingFs(VolumeFs inner) {
        this.inner = inner;
    }

    @Override
    public boolean answersAtOnce() {
        return inner.answersAtOnce();
    }

    @Override
    public Stat lookup(Caller caller, DentryKey at) throws FsException {
        return inner.lookup(caller, at);
    }

    @Override
    public Stat getattr(Caller caller, long inode) throws FsException {
        return inner.getattr(caller, inode);
    }

    @Override
    public Stat setattr(Caller caller, long inode, AttrChange change) throws FsException {
        return inner.setattr(caller, inode, change);
    }

    @Override
    public Stat setattr(Caller caller, FileHandle handle, AttrChange change) throws FsException {
        return inner.setattr(caller, handle, change);
    }

    @Override
    public void access(Caller caller, long inode, int mask) throws FsException {
        inner.access(caller, inode, mask);
    }

    @Override
    public Stat mknod(Caller caller, DentryKey at, NodeSpec spec) throws FsException {
        return inner.mknod(caller, at, spec);
    }

    @Override
    public Opened create(Caller caller, DentryKey at, NodeSpec spec, OpenSpec open) throws FsException {
        return inner.create(caller, at, spec, open);
    }

    @Override
    public Opened createUnnamed(Caller caller, long directory, NodeSpec spec, OpenSpec open) throws FsException {
        return inner.createUnnamed(caller, directory, spec, open);
    }

    @Override
    public Stat symlink(Caller caller, DentryKey at, Bytes target) throws FsException {
        return inner.symlink(caller, at, target);
    }

    @Override
    public Bytes readlink(Caller caller, long inode) throws FsException {
        return inner.readlink(caller, inode);
    }

    @Override
    public Stat link(Caller caller, long inode, DentryKey to) throws FsException {
        return inner.link(caller, inode, to);
    }

    @Override
    public void unlink(Caller caller, DentryKey at) throws FsException {
        inner.unlink(caller, at);
    }

    @Override
    public void rmdir(Caller caller, DentryKey at) throws FsException {
        inner.rmdir(caller, at);
    }

    @Override
    public void rename(Caller caller, DentryKey from, DentryKey to, Set<RenameFlag> flags) throws FsException {
        inner.rename(caller, from, to, flags);
    }

    @Override
    public DirHandle opendir(Caller caller, long inode) throws FsException {
        return inner.opendir(caller, inode);
    }

    @Override
    public void readdir(Caller caller, DirHandle handle, long cookie, ListDetail detail, DirSink sink)
            throws FsException {
        inner.readdir(caller, handle, cookie, detail, sink);
    }

    @Override
    public void releasedir(DirHandle handle) {
        inner.releasedir(handle);
    }

    @Override
    public void fsyncDirectory(long inode) throws FsException {
        inner.fsyncDirectory(inode);
    }

    @Override
    public FileHandle open(Caller caller, long inode, OpenSpec spec) throws FsException {
        return inner.open(caller, inode, spec);
    }

    @Override
    public int read(FileHandle handle, long offset, MemorySegment target) throws FsException {
        return inner.read(handle, offset, target);
    }

    @Override
    public int tryRead(FileHandle handle, long offset, MemorySegment target) throws FsException {
        return inner.tryRead(handle, offset, target);
    }

    @Override
    public int write(FileHandle handle, long offset, MemorySegment source, WriteOption... options) throws FsException {
        return inner.write(handle, offset, source, options);
    }

    @Override
    public int tryWrite(FileHandle handle, long offset, MemorySegment source, WriteOption... options)
            throws FsException {
        return inner.tryWrite(handle, offset, source, options);
    }

    @Override
    public void flush(FileHandle handle, long lockOwner) throws FsException {
        inner.flush(handle, lockOwner);
    }

    @Override
    public boolean tryFlush(FileHandle handle, long lockOwner) throws FsException {
        return inner.tryFlush(handle, lockOwner);
    }

    @Override
    public void fsync(FileHandle handle, SyncMode mode) throws FsException {
        inner.fsync(handle, mode);
    }

    @Override
    public void release(FileHandle handle, long flockOwner) {
        inner.release(handle, flockOwner);
    }

    @Override
    public boolean tryRelease(FileHandle handle, long flockOwner) {
        return inner.tryRelease(handle, flockOwner);
    }

    @Override
    public void allocate(FileHandle handle, AllocateMode mode, long offset, long length) throws FsException {
        inner.allocate(handle, mode, offset, length);
    }

    @Override
    public long copyRange(FileHandle from, long fromOffset, FileHandle to, long toOffset, long length)
            throws FsException {
        return inner.copyRange(from, fromOffset, to, toOffset, length);
    }

    @Override
    public long seek(FileHandle handle, long offset, SeekTarget target) throws FsException {
        return inner.seek(handle, offset, target);
    }

    @Override
    public Bytes getXattr(Caller caller, long inode, FileName name) throws FsException {
        return inner.getXattr(caller, inode, name);
    }

    @Override
    public void setXattr(Caller caller, long inode, FileName name, Bytes value, XattrMode mode, WriteOption... options)
            throws FsException {
        inner.setXattr(caller, inode, name, value, mode, options);
    }

    @Override
    public List<FileName> listXattr(Caller caller, long inode) throws FsException {
        return inner.listXattr(caller, inode);
    }

    @Override
    public void removeXattr(Caller caller, long inode, FileName name) throws FsException {
        inner.removeXattr(caller, inode, name);
    }

    @Override
    public SpaceInfo statfs(long inode) throws FsException {
        return inner.statfs(inode);
    }

    @Override
    public void flock(FileHandle handle, long owner, LockMode mode, LockWait wait) throws FsException {
        inner.flock(handle, owner, mode, wait);
    }

    @Override
    public void setLock(FileHandle handle, long owner, int pid, LockMode mode, LockRange range, LockWait wait)
            throws FsException {
        inner.setLock(handle, owner, pid, mode, range, wait);
    }

    @Override
    public Optional<LockConflict> getLock(FileHandle handle, long owner, LockMode mode, LockRange range)
            throws FsException {
        return inner.getLock(handle, owner, mode, range);
    }

    @Override
    public Subscription subscribe(ChangeListener listener) {
        return inner.subscribe(listener);
    }
}
