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
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.SpaceInfo;
import mountagent.base.XattrMode;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaStore.TruncateRight;

/// The facade as one front end holds it: hands each operation to the class of its family, and refuses changes on a
/// volume that is open read-only. Thread-safe.
final class FrontEnd implements VolumeFs {
    private final VolumeParts parts;
    private final Origin origin;
    private final NodeOperations nodes;
    private final FileOperations files;
    private final DirectoryOperations directories;
    private final LockedFiles lockedFiles;

    FrontEnd(VolumeParts parts, Origin origin) {
        this.parts = parts;
        this.origin = origin;
        this.nodes = new NodeOperations(parts, origin);
        this.lockedFiles = new LockedFiles(parts);
        this.files = new FileOperations(parts, nodes, lockedFiles, origin);
        this.directories = new DirectoryOperations(parts);
    }

    private void requireWritable() throws FsException {
        if (parts.isReadOnly()) {
            throw FsException.miss(Errno.EROFS);
        }
    }

    @Override
    public boolean answersAtOnce() {
        return parts.meta().engine().readCost() == MetaEngine.ReadCost.LOCAL;
    }

    @Override
    public Stat lookup(Caller caller, DentryKey at) throws FsException {
        return nodes.lookup(caller, at);
    }

    @Override
    public Stat getattr(Caller caller, long inode) throws FsException {
        return nodes.getattr(inode);
    }

    @Override
    public Stat setattr(Caller caller, long inode, AttrChange change) throws FsException {
        requireWritable();
        return nodes.setattr(caller, inode, change, TruncateRight.CHECKED);
    }

    @Override
    public Stat setattr(Caller caller, FileHandle handle, AttrChange change) throws FsException {
        requireWritable();
        OpenFile file = OpenFile.of(handle);
        if (change.length().isPresent() && !file.spec().access().writes()) {
            throw FsException.miss(Errno.EACCES);
        }
        return nodes.setattr(caller, file.inode(), change, TruncateRight.BY_HANDLE);
    }

    @Override
    public void access(Caller caller, long inode, int mask) throws FsException {
        parts.meta().access(caller, inode, mask);
    }

    @Override
    public Stat mknod(Caller caller, DentryKey at, NodeSpec spec) throws FsException {
        requireWritable();
        return nodes.mknod(caller, at, spec);
    }

    @Override
    public Opened create(Caller caller, DentryKey at, NodeSpec spec, OpenSpec open) throws FsException {
        requireWritable();
        return files.create(caller, at, spec, open);
    }

    @Override
    public Opened createUnnamed(Caller caller, long directory, NodeSpec spec, OpenSpec open) throws FsException {
        requireWritable();
        return files.createUnnamed(caller, directory, spec, open);
    }

    @Override
    public Stat symlink(Caller caller, DentryKey at, Bytes target) throws FsException {
        requireWritable();
        return nodes.symlink(caller, at, target);
    }

    @Override
    public Bytes readlink(Caller caller, long inode) throws FsException {
        return parts.meta().readlink(inode);
    }

    @Override
    public Stat link(Caller caller, long inode, DentryKey to) throws FsException {
        requireWritable();
        return nodes.link(caller, inode, to);
    }

    @Override
    public void unlink(Caller caller, DentryKey at) throws FsException {
        requireWritable();
        nodes.unlink(caller, at);
    }

    @Override
    public void rmdir(Caller caller, DentryKey at) throws FsException {
        requireWritable();
        nodes.rmdir(caller, at);
    }

    @Override
    public void rename(Caller caller, DentryKey from, DentryKey to, Set<RenameFlag> flags) throws FsException {
        requireWritable();
        nodes.rename(caller, from, to, flags);
    }

    @Override
    public DirHandle opendir(Caller caller, long inode) throws FsException {
        return directories.opendir(caller, inode);
    }

    @Override
    public void readdir(Caller caller, DirHandle handle, long cookie, ListDetail detail, DirSink sink)
            throws FsException {
        directories.readdir(handle, cookie, detail, sink);
    }

    @Override
    public void releasedir(DirHandle handle) {
        directories.releasedir(handle);
    }

    @Override
    public void fsyncDirectory(long inode) throws FsException {
        parts.meta().barrier();
    }

    @Override
    public FileHandle open(Caller caller, long inode, OpenSpec spec) throws FsException {
        if (spec.access().writes() || spec.has(OpenSpec.Option.TRUNCATE)) {
            requireWritable();
        }
        return files.open(caller, inode, spec);
    }

    @Override
    public int read(FileHandle handle, long offset, MemorySegment target) throws FsException {
        return files.read(handle, offset, target);
    }

    @Override
    public int tryRead(FileHandle handle, long offset, MemorySegment target) throws FsException {
        return files.tryRead(handle, offset, target);
    }

    @Override
    public int write(FileHandle handle, long offset, MemorySegment source, WriteOption... options) throws FsException {
        requireWritable();
        return files.write(handle, offset, source, has(WriteOption.DROP_SET_IDS, options));
    }

    @Override
    public int tryWrite(FileHandle handle, long offset, MemorySegment source, WriteOption... options)
            throws FsException {
        requireWritable();
        return files.tryWrite(handle, offset, source, has(WriteOption.DROP_SET_IDS, options));
    }

    private static boolean has(WriteOption wanted, WriteOption... options) {
        for (WriteOption option : options) {
            if (option == wanted) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void flush(FileHandle handle, long lockOwner) throws FsException {
        files.flush(handle, lockOwner);
    }

    @Override
    public boolean tryFlush(FileHandle handle, long lockOwner) throws FsException {
        return files.tryFlush(handle);
    }

    @Override
    public boolean tryRelease(FileHandle handle, long flockOwner) {
        return files.tryRelease(handle);
    }

    @Override
    public void fsync(FileHandle handle, SyncMode mode) throws FsException {
        files.fsync(handle);
    }

    @Override
    public void release(FileHandle handle, long flockOwner) {
        files.release(handle, flockOwner);
    }

    @Override
    public void allocate(FileHandle handle, AllocateMode mode, long offset, long length) throws FsException {
        requireWritable();
        files.allocate(handle, mode, offset, length);
    }

    @Override
    public long copyRange(FileHandle from, long fromOffset, FileHandle to, long toOffset, long length)
            throws FsException {
        requireWritable();
        return files.copyRange(from, fromOffset, to, toOffset, length);
    }

    @Override
    public long seek(FileHandle handle, long offset, SeekTarget target) throws FsException {
        return files.seek(handle, offset, target);
    }

    @Override
    public Bytes getXattr(Caller caller, long inode, FileName name) throws FsException {
        return nodes.getXattr(caller, inode, name);
    }

    @Override
    public void setXattr(Caller caller, long inode, FileName name, Bytes value, XattrMode mode, WriteOption... options)
            throws FsException {
        requireWritable();
        nodes.setXattr(caller, inode, name, value, mode, has(WriteOption.DROP_SET_GROUP_ID, options));
    }

    @Override
    public List<FileName> listXattr(Caller caller, long inode) throws FsException {
        return nodes.listXattr(caller, inode);
    }

    @Override
    public void removeXattr(Caller caller, long inode, FileName name) throws FsException {
        requireWritable();
        nodes.removeXattr(caller, inode, name);
    }

    @Override
    public SpaceInfo statfs(long inode) {
        return parts.meta().space(inode);
    }

    @Override
    public void flock(FileHandle handle, long owner, LockMode mode, LockWait wait) throws FsException {
        OpenFile file = OpenFile.of(handle);
        lockedFiles.before(file, mode);
        parts.lockWaiters().flock(file, owner, mode, wait);
        lockedFiles.after(file, mode);
    }

    @Override
    public void setLock(FileHandle handle, long owner, int pid, LockMode mode, LockRange range, LockWait wait)
            throws FsException {
        OpenFile file = OpenFile.of(handle);
        lockedFiles.before(file, mode);
        parts.lockWaiters().setLock(file, owner, pid, mode, range, wait);
        lockedFiles.after(file, mode);
    }

    @Override
    public Optional<LockConflict> getLock(FileHandle handle, long owner, LockMode mode, LockRange range)
            throws FsException {
        return parts.lockWaiters().conflict(OpenFile.of(handle), owner, mode, range);
    }

    @Override
    public Subscription subscribe(ChangeListener listener) {
        return parts.events().subscribe(origin, listener);
    }
}
