package mountagent.observe;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
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
import mountagent.metrics.MetricRegistry;
import mountagent.volume.ChangeListener;
import mountagent.volume.DirHandle;
import mountagent.volume.DirSink;
import mountagent.volume.FileHandle;
import mountagent.volume.LockWait;
import mountagent.volume.OpenSpec;
import mountagent.volume.Opened;
import mountagent.volume.SeekTarget;
import mountagent.volume.Stat;
import mountagent.volume.SyncMode;
import mountagent.volume.VolumeFs;

/// A front end's view of a volume that counts and times each operation, and tells it to the access log while somebody
/// reads along. Changes nothing else. Thread-safe.
///
/// An attempt ([#tryRead] and the like) that came to nothing is not counted: the operation itself follows. What reads
/// the access log is neither counted nor told, else it would never come to its end. Operations on a handle are told
/// as those of the caller who opened it; sizes that a front end asks for and the facade does not know are told as 0.
public final class ObservedFs implements VolumeFs {
    private final VolumeFs fs;
    private final OperationMeter meter;
    private final ObservedNodes nodes;
    private final ObservedFiles files;

    /// Observes what is done through `fs`.
    public ObservedFs(VolumeFs fs, AccessLog log, MetricRegistry registry, Clock clock) {
        var observer = new Observer(log, registry, clock);
        this.fs = fs;
        this.meter = observer.meter();
        this.nodes = new ObservedNodes(fs, observer);
        this.files = new ObservedFiles(fs, observer);
    }

    /// How many operations have been done so far.
    public long operations() {
        return meter.count();
    }

    @Override
    public boolean answersAtOnce() {
        return fs.answersAtOnce();
    }

    @Override
    public Stat lookup(Caller caller, DentryKey at) throws FsException {
        return nodes.lookup(caller, at);
    }

    @Override
    public Stat getattr(Caller caller, long inode) throws FsException {
        return nodes.getattr(caller, inode);
    }

    @Override
    public Stat setattr(Caller caller, long inode, AttrChange change) throws FsException {
        return nodes.setattr(caller, inode, change);
    }

    @Override
    public Stat setattr(Caller caller, FileHandle handle, AttrChange change) throws FsException {
        return files.setattr(caller, handle, change);
    }

    @Override
    public void access(Caller caller, long inode, int mask) throws FsException {
        nodes.access(caller, inode, mask);
    }

    @Override
    public Stat mknod(Caller caller, DentryKey at, NodeSpec spec) throws FsException {
        return nodes.mknod(caller, at, spec);
    }

    @Override
    public Opened create(Caller caller, DentryKey at, NodeSpec spec, OpenSpec open) throws FsException {
        return files.create(caller, at, spec, open);
    }

    @Override
    public Opened createUnnamed(Caller caller, long directory, NodeSpec spec, OpenSpec open) throws FsException {
        return files.createUnnamed(caller, directory, spec, open);
    }

    @Override
    public Stat symlink(Caller caller, DentryKey at, Bytes target) throws FsException {
        return nodes.symlink(caller, at, target);
    }

    @Override
    public Bytes readlink(Caller caller, long inode) throws FsException {
        return nodes.readlink(caller, inode);
    }

    @Override
    public Stat link(Caller caller, long inode, DentryKey to) throws FsException {
        return nodes.link(caller, inode, to);
    }

    @Override
    public void unlink(Caller caller, DentryKey at) throws FsException {
        nodes.unlink(caller, at);
    }

    @Override
    public void rmdir(Caller caller, DentryKey at) throws FsException {
        nodes.rmdir(caller, at);
    }

    @Override
    public void rename(Caller caller, DentryKey from, DentryKey to, Set<RenameFlag> flags) throws FsException {
        nodes.rename(caller, from, to, flags);
    }

    @Override
    public DirHandle opendir(Caller caller, long inode) throws FsException {
        return nodes.opendir(caller, inode);
    }

    @Override
    public void readdir(Caller caller, DirHandle handle, long cookie, ListDetail detail, DirSink sink)
            throws FsException {
        nodes.readdir(caller, handle, cookie, detail, sink);
    }

    @Override
    public void releasedir(DirHandle handle) {
        nodes.releasedir(handle);
    }

    @Override
    public void fsyncDirectory(long inode) throws FsException {
        nodes.fsyncDirectory(inode);
    }

    @Override
    public FileHandle open(Caller caller, long inode, OpenSpec spec) throws FsException {
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
        return files.write(handle, offset, source, options);
    }

    @Override
    public int tryWrite(FileHandle handle, long offset, MemorySegment source, WriteOption... options)
            throws FsException {
        return files.tryWrite(handle, offset, source, options);
    }

    @Override
    public void flush(FileHandle handle, long lockOwner) throws FsException {
        files.flush(handle, lockOwner);
    }

    @Override
    public boolean tryFlush(FileHandle handle, long lockOwner) throws FsException {
        return files.tryFlush(handle, lockOwner);
    }

    @Override
    public void fsync(FileHandle handle, SyncMode mode) throws FsException {
        files.fsync(handle, mode);
    }

    @Override
    public void release(FileHandle handle, long flockOwner) {
        files.release(handle, flockOwner);
    }

    @Override
    public boolean tryRelease(FileHandle handle, long flockOwner) {
        return files.tryRelease(handle, flockOwner);
    }

    @Override
    public void allocate(FileHandle handle, AllocateMode mode, long offset, long length) throws FsException {
        files.allocate(handle, mode, offset, length);
    }

    @Override
    public long copyRange(FileHandle from, long fromOffset, FileHandle to, long toOffset, long length)
            throws FsException {
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
        nodes.setXattr(caller, inode, name, value, mode, options);
    }

    @Override
    public List<FileName> listXattr(Caller caller, long inode) throws FsException {
        return nodes.listXattr(caller, inode);
    }

    @Override
    public void removeXattr(Caller caller, long inode, FileName name) throws FsException {
        nodes.removeXattr(caller, inode, name);
    }

    @Override
    public SpaceInfo statfs(long inode) throws FsException {
        return nodes.statfs(inode);
    }

    @Override
    public void flock(FileHandle handle, long owner, LockMode mode, LockWait wait) throws FsException {
        files.flock(handle, owner, mode, wait);
    }

    @Override
    public void setLock(FileHandle handle, long owner, int pid, LockMode mode, LockRange range, LockWait wait)
            throws FsException {
        files.setLock(handle, owner, pid, mode, range, wait);
    }

    @Override
    public Optional<LockConflict> getLock(FileHandle handle, long owner, LockMode mode, LockRange range)
            throws FsException {
        return files.getLock(handle, owner, mode, range);
    }

    @Override
    public Subscription subscribe(ChangeListener listener) {
        return fs.subscribe(listener);
    }
}
