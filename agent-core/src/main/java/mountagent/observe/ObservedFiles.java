package mountagent.observe;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.base.NodeSpec;
import mountagent.volume.FileHandle;
import mountagent.volume.LockWait;
import mountagent.volume.OpenSpec;
import mountagent.volume.Opened;
import mountagent.volume.SeekTarget;
import mountagent.volume.Stat;
import mountagent.volume.SyncMode;
import mountagent.volume.VirtualName;
import mountagent.volume.VolumeFs;
import org.jspecify.annotations.Nullable;

/// Operations on open files and their locks, observed. Thread-safe.
final class ObservedFiles {
    private static final long LOG_INODE = VirtualName.ACCESS_LOG.inode();

    private final VolumeFs fs;
    private final Observer observer;

    ObservedFiles(VolumeFs fs, Observer observer) {
        this.fs = fs;
        this.observer = observer;
    }

    Stat setattr(Caller caller, FileHandle handle, AttrChange change) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        return observer.observed(
                Operation.SETATTR,
                caller,
                () -> fs.setattr(caller, open.handle(), change),
                stat -> "(" + open.inode() + "[" + open.number() + "]," + LogText.change(change, true) + "):"
                        + LogText.entry(stat));
    }

    Opened create(Caller caller, DentryKey at, NodeSpec spec, OpenSpec open) throws FsException {
        return observer.observed(
                Operation.CREATE,
                caller,
                () -> opened(caller, fs.create(caller, at, spec, open)),
                opened ->
                        "(" + LogText.at(at) + "," + LogText.asked(spec.type(), spec.mode()) + "):" + created(opened));
    }

    Opened createUnnamed(Caller caller, long directory, NodeSpec spec, OpenSpec open) throws FsException {
        return observer.observed(
                Operation.CREATE,
                caller,
                () -> opened(caller, fs.createUnnamed(caller, directory, spec, open)),
                opened -> "(" + directory + ",," + LogText.asked(spec.type(), spec.mode()) + "):" + created(opened));
    }

    private Opened opened(Caller caller, Opened opened) {
        return new Opened(opened.stat(), opened(caller, opened.handle()));
    }

    private ObservedHandle opened(Caller caller, FileHandle handle) {
        observer.meter().opened();
        return new ObservedHandle(handle, caller, observer.nextHandle());
    }

    private static String created(@Nullable Opened opened) {
        return opened == null ? " [fh:0]" : LogText.entry(opened.stat()) + number(opened.handle());
    }

    private static String number(@Nullable FileHandle handle) {
        return handle instanceof ObservedHandle open ? " [fh:" + open.number() + "]" : "";
    }

    FileHandle open(Caller caller, long inode, OpenSpec spec) throws FsException {
        return observer.observed(
                Operation.OPEN,
                caller,
                () -> opened(caller, fs.open(caller, inode, spec)),
                open -> "(" + inode + "," + LogText.flags(spec) + ")" + number(open));
    }

    int read(FileHandle handle, long offset, MemorySegment target) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        if (open.inode() == LOG_INODE) {
            return fs.read(open.handle(), offset, target);
        }
        long begun = observer.now();
        int count = -1;
        Errno failure = Errno.EIO;
        try {
            count = fs.read(open.handle(), offset, target);
            failure = null;
            return count;
        } catch (FsException e) {
            failure = e.errno();
            throw e;
        } finally {
            read(open, offset, target.byteSize(), begun, failure, count);
        }
    }

    int tryRead(FileHandle handle, long offset, MemorySegment target) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        long begun = observer.now();
        int count = fs.tryRead(open.handle(), offset, target);
        if (count >= 0) {
            read(open, offset, target.byteSize(), begun, null, count);
        }
        return count;
    }

    private void read(ObservedHandle open, long offset, long size, long begun, @Nullable Errno failure, int count) {
        long took = observer.ended(Operation.READ, begun, failure);
        if (count >= 0 && !open.bypassesCache()) {
            observer.meter().read(count);
        }
        if (observer.wants(took)) {
            String text = "read (" + open.inode() + "," + size + "," + offset + "," + open.number() + "): ("
                    + Math.max(0, count) + ")";
            observer.tell(open.opener(), text, failure, took);
        }
    }

    int write(FileHandle handle, long offset, MemorySegment source, VolumeFs.WriteOption... options)
            throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        long begun = observer.now();
        int count = -1;
        Errno failure = Errno.EIO;
        try {
            count = fs.write(open.handle(), offset, source, options);
            failure = null;
            return count;
        } catch (FsException e) {
            failure = e.errno();
            throw e;
        } finally {
            written(open, offset, source.byteSize(), begun, failure, count);
        }
    }

    int tryWrite(FileHandle handle, long offset, MemorySegment source, VolumeFs.WriteOption... options)
            throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        long begun = observer.now();
        int count = -1;
        Errno failure = Errno.EIO;
        try {
            count = fs.tryWrite(open.handle(), offset, source, options);
            failure = null;
            return count;
        } catch (FsException e) {
            failure = e.errno();
            throw e;
        } finally {
            if (failure != null || count >= 0) {
                written(open, offset, source.byteSize(), begun, failure, count);
            }
        }
    }

    private void written(ObservedHandle open, long offset, long size, long begun, @Nullable Errno failure, int count) {
        long took = observer.ended(Operation.WRITE, begun, failure);
        if (count >= 0 && !open.bypassesCache()) {
            observer.meter().written(count);
        }
        if (observer.wants(took)) {
            String text = "write (" + open.inode() + "," + size + "," + offset + "," + open.number() + ")";
            observer.tell(open.opener(), text, failure, took);
        }
    }

    void flush(FileHandle handle, long lockOwner) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        observer.done(
                Operation.FLUSH,
                open.opener(),
                () -> fs.flush(open.handle(), lockOwner),
                () -> flushed(open, lockOwner));
    }

    boolean tryFlush(FileHandle handle, long lockOwner) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        long begun = observer.now();
        boolean isDone = fs.tryFlush(open.handle(), lockOwner);
        if (isDone) {
            observer.told(Operation.FLUSH, open.opener(), begun, null, _ -> flushed(open, lockOwner), null);
        }
        return isDone;
    }

    private static String flushed(ObservedHandle open, long lockOwner) {
        return "(" + open.inode() + "," + open.number() + "," + LogText.owner(lockOwner) + ")";
    }

    void fsync(FileHandle handle, SyncMode mode) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        observer.done(
                Operation.FSYNC,
                open.opener(),
                () -> fs.fsync(open.handle(), mode),
                () -> "(" + open.inode() + "," + (mode == SyncMode.DATA_ONLY ? 1 : 0) + ")");
    }

    void release(FileHandle handle, long flockOwner) {
        long begun = observer.now();
        if (handle instanceof ObservedHandle open) {
            fs.release(open.handle(), flockOwner);
            released(open, begun);
        } else {
            fs.release(handle, flockOwner);
        }
    }

    boolean tryRelease(FileHandle handle, long flockOwner) {
        long begun = observer.now();
        if (!(handle instanceof ObservedHandle open)) {
            return fs.tryRelease(handle, flockOwner);
        }
        boolean isDone = fs.tryRelease(open.handle(), flockOwner);
        if (isDone) {
            released(open, begun);
        }
        return isDone;
    }

    private void released(ObservedHandle open, long begun) {
        observer.meter().released();
        observer.told(
                Operation.RELEASE,
                open.opener(),
                begun,
                null,
                _ -> "(" + open.inode() + "," + open.number() + ")",
                null);
    }

    void allocate(FileHandle handle, AllocateMode mode, long offset, long length) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        observer.done(
                Operation.FALLOCATE,
                open.opener(),
                () -> fs.allocate(open.handle(), mode, offset, length),
                () -> "(" + open.inode() + "," + LogText.number(mode) + "," + offset + "," + length + ")");
    }

    long copyRange(FileHandle from, long fromOffset, FileHandle to, long toOffset, long length) throws FsException {
        ObservedHandle source = ObservedHandle.of(from);
        ObservedHandle target = ObservedHandle.of(to);
        return observer.observed(
                Operation.COPY_FILE_RANGE,
                target.opener(),
                () -> fs.copyRange(source.handle(), fromOffset, target.handle(), toOffset, length),
                _ -> "(" + source.inode() + "," + fromOffset + "," + target.inode() + "," + toOffset + "," + length
                        + ",0)");
    }

    long seek(FileHandle handle, long offset, SeekTarget target) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        return observer.observed(
                Operation.LSEEK,
                open.opener(),
                () -> fs.seek(open.handle(), offset, target),
                found -> "(" + open.inode() + "," + offset + "," + target + "): (" + (found == null ? 0 : found) + ")");
    }

    void flock(FileHandle handle, long owner, LockMode mode, LockWait wait) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        observer.done(
                Operation.FLOCK,
                open.opener(),
                () -> fs.flock(open.handle(), owner, mode, wait),
                () -> locked(open, owner) + "," + LogText.word(mode) + "," + (wait == LockWait.WAIT) + ")");
    }

    void setLock(FileHandle handle, long owner, int pid, LockMode mode, LockRange range, LockWait wait)
            throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        observer.done(
                Operation.SETLK,
                open.opener(),
                () -> fs.setLock(open.handle(), owner, pid, mode, range, wait),
                () -> locked(open, owner) + "," + range.start() + "," + range.end() + "," + LogText.letter(mode) + ","
                        + (wait == LockWait.WAIT) + "," + pid + ")");
    }

    Optional<LockConflict> getLock(FileHandle handle, long owner, LockMode mode, LockRange range) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        return observer.observed(
                Operation.GETLK,
                open.opener(),
                () -> fs.getLock(open.handle(), owner, mode, range),
                found -> locked(open, owner) + "): ("
                        + LogText.conflict(found == null ? null : found.orElse(null), range) + ")");
    }

    private static String locked(ObservedHandle open, long owner) {
        return "(" + open.inode() + "," + open.number() + "," + LogText.owner(owner);
    }
}
