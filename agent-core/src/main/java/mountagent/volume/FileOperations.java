package mountagent.volume;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import mountagent.meta.MetaStore;
import mountagent.meta.MetaStore.TruncateRight;
import mountagent.meta.Node;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Operations on open files. Thread-safe.
///
/// Lock order: an inode's `changes` lock is taken before anything inside `chunk`. Writes hold its read
/// side, whatever else changes the length or the slices holds its write side.
final class FileOperations {
    private static final Logger log = LoggerFactory.getLogger(FileOperations.class);

    /// How old the known length may be before a read past it asks again, as the attributes' time-out.
    private static final long LENGTH_AGE_MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final VolumeParts parts;
    private final NodeOperations nodes;
    private final LockedFiles lockedFiles;
    private final Origin origin;

    FileOperations(VolumeParts parts, NodeOperations nodes, LockedFiles lockedFiles, Origin origin) {
        this.parts = parts;
        this.nodes = nodes;
        this.lockedFiles = lockedFiles;
        this.origin = origin;
    }

    FileHandle open(Caller caller, long inode, OpenSpec spec) throws FsException {
        OpenInode open = parts.table().acquire(inode, parts.data()::open);
        try {
            OpenLook look = new OpenLook(parts, caller, open, spec);
            Stat stat = parts.attributes().untold(inode, look);
            if (stat.attr().type() == FileType.DIRECTORY) {
                throw FsException.miss(Errno.EISDIR);
            }
            if (spec.has(OpenSpec.Option.TRUNCATE)) {
                stat = nodes.setattr(caller, inode, AttrChange.NONE.withLength(0), TruncateRight.BY_HANDLE);
            }
            boolean isAsBefore = parts.seen().opened(stat.attr());
            look.tellSlices(isAsBefore);
            return new OpenFile(open, spec, isAsBefore);
        } catch (FsException | RuntimeException failure) {
            end(open);
            throw failure;
        }
    }

    Opened create(Caller caller, DentryKey at, NodeSpec spec, OpenSpec open) throws FsException {
        at.name().checkLength();
        MetaStore.Placed placed;
        try {
            placed = parts.meta().mknod(caller, at, spec);
        } catch (FsException failure) {
            if (failure.errno() != Errno.EEXIST || open.has(OpenSpec.Option.EXCLUSIVE)) {
                throw failure;
            }
            Stat found = nodes.lookup(caller, at);
            FileHandle handle = open(caller, found.inode(), open);
            return new Opened(parts.attributes().of(found.inode()), handle);
        }
        OpenFile handle = openNew(placed, open);
        nodes.appeared(at, placed.inode());
        return new Opened(parts.attributes().ofNew(handle.open(), placed.node()), handle);
    }

    Opened createUnnamed(Caller caller, long directory, NodeSpec spec, OpenSpec open) throws FsException {
        MetaStore.Placed placed = parts.meta().createUnnamed(caller, directory, spec);
        OpenFile handle = openNew(placed, open);
        parts.removedData().sustained(placed.inode());
        return new Opened(parts.attributes().ofNew(handle.open(), placed.node()), handle);
    }

    private OpenFile openNew(MetaStore.Placed placed, OpenSpec spec) {
        OpenInode open = parts.table().acquire(placed.inode(), parts.data()::open);
        boolean _ = open.data().observed(placed.node(), open.data().sliceChanges());
        open.observe(null, placed.node(), open.stamp(), parts.clock().nanoTime());
        parts.seen().opened(placed.node().shown(placed.inode()));
        return new OpenFile(open, spec, true);
    }

    int read(FileHandle handle, long offset, MemorySegment target) throws FsException {
        OpenFile file = OpenFile.of(handle);
        file.requireReadable();
        checkRange(offset, target.byteSize());
        OpenInode open = file.open();
        if (offset + target.byteSize() > open.length() && isOld(open)) {
            boolean _ = parts.attributes().observe(open);
        }
        int count = open.data().read(file.stream(), offset, target, open.length());
        parts.meta().touchAtime(open.inode());
        return count;
    }

    int tryRead(FileHandle handle, long offset, MemorySegment target) throws FsException {
        OpenFile file = OpenFile.of(handle);
        file.requireReadable();
        checkRange(offset, target.byteSize());
        OpenInode open = file.open();
        boolean isLengthOld = offset + target.byteSize() > open.length() && isOld(open);
        if (isLengthOld || parts.meta().keepsAccessTimes()) {
            return -1;
        }
        return open.data().tryRead(file.stream(), offset, target, open.length());
    }

    private boolean isOld(OpenInode open) {
        return parts.clock().nanoTime() - open.observedNanos() > LENGTH_AGE_MAX_NANOS;
    }

    int write(FileHandle handle, long offset, MemorySegment source, boolean dropSetIds) throws FsException {
        OpenFile file = OpenFile.of(handle);
        file.requireWritable();
        checkRange(offset, source.byteSize());
        OpenInode open = file.open();
        if (dropSetIds && open.mayHaveSetIds()) {
            parts.meta().dropSetIds(open.inode());
            open.setMayHaveSetIds(false);
        }
        long start = file.spec().has(OpenSpec.Option.APPEND) ? append(open, source) : writeAt(open, offset, source);
        parts.events().data(origin, open.inode(), start, source.byteSize());
        if (file.spec().has(OpenSpec.Option.SYNC)) {
            open.data().barrier();
        }
        return Math.toIntExact(source.byteSize());
    }

    int tryWrite(FileHandle handle, long offset, MemorySegment source, boolean dropSetIds) throws FsException {
        OpenFile file = OpenFile.of(handle);
        file.requireWritable();
        checkRange(offset, source.byteSize());
        OpenInode open = file.open();
        boolean needsMore =
                file.spec().has(OpenSpec.Option.APPEND) || file.spec().has(OpenSpec.Option.SYNC);
        if (needsMore || (dropSetIds && open.mayHaveSetIds()) || !tryWriteAt(open, offset, source)) {
            return -1;
        }
        parts.events().data(origin, open.inode(), offset, source.byteSize());
        return Math.toIntExact(source.byteSize());
    }

    private boolean tryWriteAt(OpenInode open, long offset, MemorySegment source) {
        Lock shared = open.changes().readLock();
        if (!shared.tryLock()) {
            return false;
        }
        try {
            boolean isWritten = open.data().tryWrite(offset, source, now());
            if (isWritten) {
                open.wrote(offset + source.byteSize());
            }
            return isWritten;
        } finally {
            shared.unlock();
        }
    }

    private long writeAt(OpenInode open, long offset, MemorySegment source) throws FsException {
        Lock shared = open.changes().readLock();
        shared.lock();
        try {
            open.data().write(offset, source, now());
            open.wrote(offset + source.byteSize());
        } finally {
            shared.unlock();
        }
        return offset;
    }

    private long append(OpenInode open, MemorySegment source) throws FsException {
        Lock exclusive = open.changes().writeLock();
        exclusive.lock();
        try {
            boolean _ = parts.attributes().observe(open);
            long offset = open.length();
            checkRange(offset, source.byteSize());
            open.data().write(offset, source, now());
            open.wrote(offset + source.byteSize());
            return offset;
        } finally {
            exclusive.unlock();
        }
    }

    void flush(FileHandle handle, long lockOwner) throws FsException {
        OpenFile file = OpenFile.of(handle);
        OpenInode open = file.open();
        try {
            open.data().flush();
        } finally {
            if (open.mayHaveLocks()) {
                parts.lockWaiters().dropPosixLocks(open.inode(), lockOwner);
                file.posixOwners().remove(lockOwner);
            }
        }
    }

    boolean tryFlush(FileHandle handle) throws FsException {
        OpenInode open = OpenFile.of(handle).open();
        return !open.mayHaveLocks() && open.data().isClean();
    }

    void fsync(FileHandle handle) throws FsException {
        OpenFile.of(handle).open().data().barrier();
    }

    void release(FileHandle handle, long flockOwner) {
        try {
            OpenFile file = OpenFile.of(handle);
            dropLocks(file, flockOwner);
            end(file.open());
        } catch (FsException failure) {
            log.error("closing inode {}: {}", handle.inode(), failure.getMessage(), failure);
        }
    }

    private void dropLocks(OpenFile file, long flockOwner) {
        if (file.mayHaveLocks()) {
            lockedFiles.beforeDrop(file);
        }
        try {
            if (file.mayHaveFlock()) {
                parts.lockWaiters().dropFlock(file.inode(), flockOwner);
            }
            for (long owner : file.posixOwners()) {
                parts.lockWaiters().dropPosixLocks(file.inode(), owner);
            }
        } catch (FsException failure) {
            log.error("locks of inode {} stay until this client ends: {}", file.inode(), failure.getMessage(), failure);
        } finally {
            file.endLockRelease();
        }
    }

    boolean tryRelease(FileHandle handle) {
        if (!(handle instanceof OpenFile file)) {
            return false;
        }
        if (file.mayHaveLocks()) {
            file.announceLockRelease();
            return false;
        }
        OpenInode open = file.open();
        if (open.isSustained() || open.mustRemoveData() || !open.data().isClean()) {
            return false;
        }
        end(open);
        return true;
    }

    /// Takes back a handle's claim on an inode; the last one commits what is pending before the inode
    /// leaves the table.
    private void end(OpenInode open) {
        try {
            open.data().flush();
        } catch (FsException failure) {
            log.error("data of inode {} written but not stored: {}", open.inode(), failure.getMessage(), failure);
        }
        if (!parts.table().release(open)) {
            return;
        }
        try {
            open.data().close();
            if (open.takeRemoval()) {
                parts.removedData().delete(open.inode(), open.length());
            } else if (open.isSustained()) {
                parts.removedData().closed(open.inode());
            }
        } catch (FsException failure) {
            log.error("closing inode {}: {}", open.inode(), failure.getMessage(), failure);
        }
    }

    void allocate(FileHandle handle, AllocateMode mode, long offset, long length) throws FsException {
        OpenFile file = OpenFile.of(handle);
        file.requireWritable();
        if (offset < 0 || length <= 0) {
            throw new FsException(Errno.EINVAL, "offset (" + offset + ") must be >= 0, length (" + length + ") > 0");
        }
        checkRange(offset, length);
        OpenInode open = file.open();
        Lock exclusive = open.changes().writeLock();
        exclusive.lock();
        try {
            open.data().flush();
            Node node = parts.meta().allocate(open.inode(), mode, offset, length);
            open.data().forgetSlices();
            open.cutTo(node.length());
        } finally {
            exclusive.unlock();
        }
        parts.listings().touched(open.inode());
        parts.events().data(origin, open.inode(), offset, length);
    }

    long copyRange(FileHandle from, long fromOffset, FileHandle to, long toOffset, long length) throws FsException {
        OpenFile source = OpenFile.of(from);
        OpenFile target = OpenFile.of(to);
        source.requireReadable();
        target.requireWritable();
        if (length == 0) {
            return 0;
        }
        checkRange(fromOffset, length);
        checkRange(toOffset, length);
        source.open().data().flush();
        OpenInode open = target.open();
        Lock exclusive = open.changes().writeLock();
        exclusive.lock();
        try {
            open.data().flush();
            MetaStore.Copied copied =
                    parts.meta().copyRange(source.inode(), fromOffset, target.inode(), toOffset, length);
            if (copied.target() != null) {
                open.data().forgetSlices();
                open.data().adoptUnsynced(source.inode());
                open.cutTo(copied.target().length());
            }
            parts.listings().touched(open.inode());
            parts.events().data(origin, open.inode(), toOffset, copied.length());
            return copied.length();
        } finally {
            exclusive.unlock();
        }
    }

    long seek(FileHandle handle, long offset, SeekTarget target) throws FsException {
        OpenInode open = OpenFile.of(handle).open();
        open.data().flush();
        boolean _ = parts.attributes().observe(open);
        if (offset < 0 || offset >= open.length()) {
            throw FsException.miss(Errno.ENXIO);
        }
        return open.data().seek(offset, target == SeekTarget.DATA, open.length());
    }

    private Timestamp now() {
        return parts.clock().now();
    }

    private static void checkRange(long offset, long length) throws FsException {
        if (offset < 0) {
            throw new FsException(Errno.EINVAL, "offset (" + offset + ") must be >= 0");
        }
        if (offset >= Sizes.FILE_MAX || length > Sizes.FILE_MAX - offset) {
            throw FsException.miss(Errno.EFBIG);
        }
    }
}
