package mountagent.observe;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
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
import mountagent.volume.VirtualName;
import mountagent.volume.VolumeFs;
import org.jspecify.annotations.Nullable;

/// A front end's view of a volume that counts and times each operation, and tells it to the access log while somebody
/// reads along. Changes nothing else. Thread-safe.
///
/// An attempt ([#tryRead] and the like) that came to nothing is not counted: the operation itself follows. What reads
/// the access log is neither counted nor told, else it would never come to its end. Operations on a handle are told
/// as those of the caller who opened it; sizes that a front end asks for and the facade does not know are told as 0.
public final class ObservedFs implements VolumeFs {
    private static final long LOG_INODE = VirtualName.ACCESS_LOG.inode();

    /// What is observed.
    private interface Call<T extends @Nullable Object> {
        T run() throws FsException;
    }

    private interface Action {
        void run() throws FsException;
    }

    /// Makes the arguments of a line, and the answer, which is null when there was none.
    private interface Text<T> {
        String of(@Nullable T answer);
    }

    private final VolumeFs fs;
    private final AccessLog log;
    private final Clock clock;
    private final OperationMeter meter;
    private final AtomicLong handles = new AtomicLong();

    /// Observes what is done through `fs`.
    public ObservedFs(VolumeFs fs, AccessLog log, MetricRegistry registry, Clock clock) {
        this.fs = fs;
        this.log = log;
        this.clock = clock;
        this.meter = new OperationMeter(registry);
    }

    /// Counts what ended just now and returns how long it took.
    private long ended(Operation operation, long begun, @Nullable Errno failure) {
        long took = clock.nanoTime() - begun;
        meter.ended(operation, took);
        if (failure != null) {
            meter.failed(failure);
        }
        return took;
    }

    private <T extends @Nullable Object> T observed(Operation operation, Caller caller, Call<T> call, Text<T> text)
            throws FsException {
        long begun = clock.nanoTime();
        T answer;
        try {
            answer = call.run();
        } catch (FsException e) {
            told(operation, caller, begun, e.errno(), text, null);
            throw e;
        } catch (RuntimeException | Error e) {
            told(operation, caller, begun, Errno.EIO, text, null);
            throw e;
        }
        told(operation, caller, begun, null, text, answer);
        return answer;
    }

    private <T> void told(
            Operation operation, Caller caller, long begun, @Nullable Errno failure, Text<T> text, @Nullable T answer) {
        long took = ended(operation, begun, failure);
        if (log.wants(took)) {
            log.tell(caller, operation.word() + " " + text.of(answer), failure, took);
        }
    }

    /// The same for what has no answer.
    private void done(Operation operation, Caller caller, Action action, Supplier<String> text) throws FsException {
        boolean _ = observed(
                operation,
                caller,
                () -> {
                    action.run();
                    return true;
                },
                _ -> text.get());
    }

    @Override
    public boolean answersAtOnce() {
        return fs.answersAtOnce();
    }

    @Override
    public Stat lookup(Caller caller, DentryKey at) throws FsException {
        return observed(
                Operation.LOOKUP,
                caller,
                () -> fs.lookup(caller, at),
                stat -> "(" + LogText.at(at) + "):" + LogText.entry(stat));
    }

    @Override
    public Stat getattr(Caller caller, long inode) throws FsException {
        return observed(
                Operation.GETATTR,
                caller,
                () -> fs.getattr(caller, inode),
                stat -> "(" + inode + "):" + LogText.entry(stat));
    }

    @Override
    public Stat setattr(Caller caller, long inode, AttrChange change) throws FsException {
        return observed(
                Operation.SETATTR,
                caller,
                () -> fs.setattr(caller, inode, change),
                stat -> "(" + inode + "[0]," + LogText.change(change, false) + "):" + LogText.entry(stat));
    }

    @Override
    public Stat setattr(Caller caller, FileHandle handle, AttrChange change) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        return observed(
                Operation.SETATTR,
                caller,
                () -> fs.setattr(caller, open.handle(), change),
                stat -> "(" + open.inode() + "[" + open.number() + "]," + LogText.change(change, true) + "):"
                        + LogText.entry(stat));
    }

    @Override
    public void access(Caller caller, long inode, int mask) throws FsException {
        done(
                Operation.ACCESS,
                caller,
                () -> fs.access(caller, inode, mask),
                () -> "(" + inode + ",0x" + Integer.toHexString(mask).toUpperCase(Locale.ROOT) + ")");
    }

    @Override
    public Stat mknod(Caller caller, DentryKey at, NodeSpec spec) throws FsException {
        boolean isDirectory = spec.type() == FileType.DIRECTORY;
        return observed(
                isDirectory ? Operation.MKDIR : Operation.MKNOD,
                caller,
                () -> fs.mknod(caller, at, spec),
                stat -> "(" + LogText.at(at) + "," + LogText.asked(spec.type(), spec.mode())
                        + (isDirectory ? "" : String.format(Locale.ROOT, ",0x%08X", spec.rdev())) + "):"
                        + LogText.entry(stat));
    }

    @Override
    public Opened create(Caller caller, DentryKey at, NodeSpec spec, OpenSpec open) throws FsException {
        return observed(
                Operation.CREATE,
                caller,
                () -> opened(caller, fs.create(caller, at, spec, open)),
                opened ->
                        "(" + LogText.at(at) + "," + LogText.asked(spec.type(), spec.mode()) + "):" + created(opened));
    }

    @Override
    public Opened createUnnamed(Caller caller, long directory, NodeSpec spec, OpenSpec open) throws FsException {
        return observed(
                Operation.CREATE,
                caller,
                () -> opened(caller, fs.createUnnamed(caller, directory, spec, open)),
                opened -> "(" + directory + ",," + LogText.asked(spec.type(), spec.mode()) + "):" + created(opened));
    }

    private Opened opened(Caller caller, Opened opened) {
        return new Opened(opened.stat(), opened(caller, opened.handle()));
    }

    private ObservedHandle opened(Caller caller, FileHandle handle) {
        meter.opened();
        return new ObservedHandle(handle, caller, handles.incrementAndGet());
    }

    private static String created(@Nullable Opened opened) {
        return opened == null ? " [fh:0]" : LogText.entry(opened.stat()) + number(opened.handle());
    }

    private static String number(@Nullable FileHandle handle) {
        return handle instanceof ObservedHandle open ? " [fh:" + open.number() + "]" : "";
    }

    @Override
    public Stat symlink(Caller caller, DentryKey at, Bytes target) throws FsException {
        return observed(
                Operation.SYMLINK,
                caller,
                () -> fs.symlink(caller, at, target),
                stat -> "(" + LogText.at(at) + "," + LogText.bytes(target.toArray()) + "):" + LogText.entry(stat));
    }

    @Override
    public Bytes readlink(Caller caller, long inode) throws FsException {
        return observed(
                Operation.READLINK,
                caller,
                () -> fs.readlink(caller, inode),
                target -> "(" + inode + "): (" + (target == null ? "" : LogText.bytes(target.toArray())) + ")");
    }

    @Override
    public Stat link(Caller caller, long inode, DentryKey to) throws FsException {
        return observed(
                Operation.LINK,
                caller,
                () -> fs.link(caller, inode, to),
                stat -> "(" + inode + "," + LogText.at(to) + "):" + LogText.entry(stat));
    }

    @Override
    public void unlink(Caller caller, DentryKey at) throws FsException {
        done(Operation.UNLINK, caller, () -> fs.unlink(caller, at), () -> "(" + LogText.at(at) + ")");
    }

    @Override
    public void rmdir(Caller caller, DentryKey at) throws FsException {
        done(Operation.RMDIR, caller, () -> fs.rmdir(caller, at), () -> "(" + LogText.at(at) + ")");
    }

    @Override
    public void rename(Caller caller, DentryKey from, DentryKey to, Set<RenameFlag> flags) throws FsException {
        done(
                Operation.RENAME,
                caller,
                () -> fs.rename(caller, from, to, flags),
                () -> "(" + LogText.at(from) + "," + LogText.at(to) + "," + LogText.number(flags) + ")");
    }

    @Override
    public DirHandle opendir(Caller caller, long inode) throws FsException {
        return observed(
                Operation.OPENDIR,
                caller,
                () -> {
                    DirHandle handle = fs.opendir(caller, inode);
                    meter.opened();
                    return new ObservedDirectory(handle, caller, handles.incrementAndGet());
                },
                open -> "(" + inode + ") [fh:" + (open == null ? 0 : open.number()) + "]");
    }

    @Override
    public void readdir(Caller caller, DirHandle handle, long cookie, ListDetail detail, DirSink sink)
            throws FsException {
        var counted = new CountedEntries(sink);
        done(
                Operation.READDIR,
                caller,
                () -> fs.readdir(caller, inner(handle), cookie, detail, counted),
                () -> "(" + handle.inode() + ",0," + cookie + "," + (detail == ListDetail.ATTRIBUTES) + "): ("
                        + counted.count() + ")");
    }

    private static DirHandle inner(DirHandle handle) {
        return handle instanceof ObservedDirectory open ? open.handle() : handle;
    }

    @Override
    public void releasedir(DirHandle handle) {
        long begun = clock.nanoTime();
        fs.releasedir(inner(handle));
        meter.released();
        Caller caller = handle instanceof ObservedDirectory open ? open.opener() : Caller.AGENT;
        told(Operation.RELEASEDIR, caller, begun, null, _ -> "(" + handle.inode() + ")", null);
    }

    @Override
    public void fsyncDirectory(long inode) throws FsException {
        done(Operation.FSYNCDIR, Caller.AGENT, () -> fs.fsyncDirectory(inode), () -> "(" + inode + ")");
    }

    @Override
    public FileHandle open(Caller caller, long inode, OpenSpec spec) throws FsException {
        return observed(
                Operation.OPEN,
                caller,
                () -> opened(caller, fs.open(caller, inode, spec)),
                open -> "(" + inode + "," + LogText.flags(spec) + ")" + number(open));
    }

    @Override
    public int read(FileHandle handle, long offset, MemorySegment target) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        if (open.inode() == LOG_INODE) {
            return fs.read(open.handle(), offset, target);
        }
        long begun = clock.nanoTime();
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

    @Override
    public int tryRead(FileHandle handle, long offset, MemorySegment target) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        long begun = clock.nanoTime();
        int count = fs.tryRead(open.handle(), offset, target);
        if (count >= 0) {
            read(open, offset, target.byteSize(), begun, null, count);
        }
        return count;
    }

    private void read(ObservedHandle open, long offset, long size, long begun, @Nullable Errno failure, int count) {
        long took = ended(Operation.READ, begun, failure);
        if (count >= 0 && !open.bypassesCache()) {
            meter.read(count);
        }
        if (log.wants(took)) {
            String text = "read (" + open.inode() + "," + size + "," + offset + "," + open.number() + "): ("
                    + Math.max(0, count) + ")";
            log.tell(open.opener(), text, failure, took);
        }
    }

    @Override
    public int write(FileHandle handle, long offset, MemorySegment source, WriteOption... options) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        long begun = clock.nanoTime();
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

    @Override
    public int tryWrite(FileHandle handle, long offset, MemorySegment source, WriteOption... options)
            throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        long begun = clock.nanoTime();
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
        long took = ended(Operation.WRITE, begun, failure);
        if (count >= 0 && !open.bypassesCache()) {
            meter.written(count);
        }
        if (log.wants(took)) {
            String text = "write (" + open.inode() + "," + size + "," + offset + "," + open.number() + ")";
            log.tell(open.opener(), text, failure, took);
        }
    }

    @Override
    public void flush(FileHandle handle, long lockOwner) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        done(Operation.FLUSH, open.opener(), () -> fs.flush(open.handle(), lockOwner), () -> flushed(open, lockOwner));
    }

    @Override
    public boolean tryFlush(FileHandle handle, long lockOwner) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        long begun = clock.nanoTime();
        boolean isDone = fs.tryFlush(open.handle(), lockOwner);
        if (isDone) {
            told(Operation.FLUSH, open.opener(), begun, null, _ -> flushed(open, lockOwner), null);
        }
        return isDone;
    }

    private static String flushed(ObservedHandle open, long lockOwner) {
        return "(" + open.inode() + "," + open.number() + "," + LogText.owner(lockOwner) + ")";
    }

    @Override
    public void fsync(FileHandle handle, SyncMode mode) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        done(
                Operation.FSYNC,
                open.opener(),
                () -> fs.fsync(open.handle(), mode),
                () -> "(" + open.inode() + "," + (mode == SyncMode.DATA_ONLY ? 1 : 0) + ")");
    }

    @Override
    public void release(FileHandle handle, long flockOwner) {
        long begun = clock.nanoTime();
        if (handle instanceof ObservedHandle open) {
            fs.release(open.handle(), flockOwner);
            released(open, begun);
        } else {
            fs.release(handle, flockOwner);
        }
    }

    @Override
    public boolean tryRelease(FileHandle handle, long flockOwner) {
        long begun = clock.nanoTime();
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
        meter.released();
        told(Operation.RELEASE, open.opener(), begun, null, _ -> "(" + open.inode() + "," + open.number() + ")", null);
    }

    @Override
    public void allocate(FileHandle handle, AllocateMode mode, long offset, long length) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        done(
                Operation.FALLOCATE,
                open.opener(),
                () -> fs.allocate(open.handle(), mode, offset, length),
                () -> "(" + open.inode() + "," + LogText.number(mode) + "," + offset + "," + length + ")");
    }

    @Override
    public long copyRange(FileHandle from, long fromOffset, FileHandle to, long toOffset, long length)
            throws FsException {
        ObservedHandle source = ObservedHandle.of(from);
        ObservedHandle target = ObservedHandle.of(to);
        return observed(
                Operation.COPY_FILE_RANGE,
                target.opener(),
                () -> fs.copyRange(source.handle(), fromOffset, target.handle(), toOffset, length),
                _ -> "(" + source.inode() + "," + fromOffset + "," + target.inode() + "," + toOffset + "," + length
                        + ",0)");
    }

    @Override
    public long seek(FileHandle handle, long offset, SeekTarget target) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        return observed(
                Operation.LSEEK,
                open.opener(),
                () -> fs.seek(open.handle(), offset, target),
                found -> "(" + open.inode() + "," + offset + "," + target + "): (" + (found == null ? 0 : found) + ")");
    }

    @Override
    public Bytes getXattr(Caller caller, long inode, FileName name) throws FsException {
        return observed(
                Operation.GETXATTR,
                caller,
                () -> fs.getXattr(caller, inode, name),
                value -> "(" + inode + "," + LogText.bytes(name.toArray()) + ",0): ("
                        + (value == null ? 0 : value.length()) + ")");
    }

    @Override
    public void setXattr(Caller caller, long inode, FileName name, Bytes value, XattrMode mode, WriteOption... options)
            throws FsException {
        done(
                Operation.SETXATTR,
                caller,
                () -> fs.setXattr(caller, inode, name, value, mode, options),
                () -> "(" + inode + "," + LogText.bytes(name.toArray()) + "," + value.length() + ","
                        + LogText.number(mode) + ")");
    }

    @Override
    public List<FileName> listXattr(Caller caller, long inode) throws FsException {
        return observed(
                Operation.LISTXATTR,
                caller,
                () -> fs.listXattr(caller, inode),
                names -> "(" + inode + ",0): ("
                        + (names == null
                                ? 0
                                : names.stream()
                                        .mapToInt(name -> name.length() + 1)
                                        .sum())
                        + ")");
    }

    @Override
    public void removeXattr(Caller caller, long inode, FileName name) throws FsException {
        done(
                Operation.REMOVEXATTR,
                caller,
                () -> fs.removeXattr(caller, inode, name),
                () -> "(" + inode + "," + LogText.bytes(name.toArray()) + ")");
    }

    @Override
    public SpaceInfo statfs() throws FsException {
        return observed(
                Operation.STATFS,
                Caller.AGENT,
                fs::statfs,
                space -> "(" + ROOT + "): (" + (space == null ? "0,0,0,0" : LogText.space(space)) + ")");
    }

    @Override
    public void flock(FileHandle handle, long owner, LockMode mode, LockWait wait) throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        done(
                Operation.FLOCK,
                open.opener(),
                () -> fs.flock(open.handle(), owner, mode, wait),
                () -> locked(open, owner) + "," + LogText.word(mode) + "," + (wait == LockWait.WAIT) + ")");
    }

    @Override
    public void setLock(FileHandle handle, long owner, int pid, LockMode mode, LockRange range, LockWait wait)
            throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        done(
                Operation.SETLK,
                open.opener(),
                () -> fs.setLock(open.handle(), owner, pid, mode, range, wait),
                () -> locked(open, owner) + "," + range.start() + "," + range.end() + "," + LogText.letter(mode) + ","
                        + (wait == LockWait.WAIT) + "," + pid + ")");
    }

    @Override
    public Optional<LockConflict> getLock(FileHandle handle, long owner, LockMode mode, LockRange range)
            throws FsException {
        ObservedHandle open = ObservedHandle.of(handle);
        return observed(
                Operation.GETLK,
                open.opener(),
                () -> fs.getLock(open.handle(), owner, mode, range),
                found -> locked(open, owner) + "): (" + LogText.conflict(found, range) + ")");
    }

    private static String locked(ObservedHandle open, long owner) {
        return "(" + open.inode() + "," + open.number() + "," + LogText.owner(owner);
    }

    @Override
    public Subscription subscribe(ChangeListener listener) {
        return fs.subscribe(listener);
    }
}
