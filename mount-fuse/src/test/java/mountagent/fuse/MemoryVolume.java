package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import mountagent.base.AllocateMode;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.base.SpaceInfo;
import mountagent.base.XattrMode;
import mountagent.fuse.MemoryLocks.Held;
import mountagent.volume.ChangeEvent;
import mountagent.volume.ChangeListener;
import mountagent.volume.FileHandle;
import mountagent.volume.LockWait;
import mountagent.volume.OpenSpec;
import mountagent.volume.OpenSpec.Option;
import mountagent.volume.SeekTarget;
import mountagent.volume.SyncMode;
import org.jspecify.annotations.Nullable;

/// A volume in memory that does what a front end's tests need, and no more. What a test wants to see or to
/// bring about is in its fields.
final class MemoryVolume extends MemoryNames {
    /// Whether the `try` operations say that they would have to wait.
    volatile boolean waits;

    /// What reads wait for, if anything.
    volatile @Nullable CountDownLatch readGate;

    /// What an open does besides.
    volatile Runnable onOpen = () -> {};

    /// Whether files may keep what the kernel has of them.
    volatile boolean keepCache = true;

    final AtomicInteger flushes = new AtomicInteger();
    final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();
    final MemoryLocks locks = new MemoryLocks();

    private final MemoryLocks flocks = new MemoryLocks();

    private record Handle(Node node, OpenSpec spec, boolean mayKeepCache) implements FileHandle {
        @Override
        public long inode() {
            return node.attr.inode();
        }

        @Override
        public boolean bypassesCache() {
            return false;
        }
    }

    /// Tells the mount of a change as if another front end had made it.
    void tell(ChangeEvent event) {
        listeners.forEach(listener -> listener.changed(event));
    }

    /// Writes to a file past the mount.
    void overwrite(long inode, byte[] content) throws FsException {
        Node node = node(inode);
        node.data = content.clone();
        touch(node, content.length);
    }

    @Override
    public FileHandle open(Caller caller, long inode, OpenSpec spec) throws FsException {
        Node node = node(inode);
        openHandles.incrementAndGet();
        onOpen.run();
        return new Handle(node, spec, keepCache);
    }

    @Override
    public int read(FileHandle handle, long offset, MemorySegment target) throws FsException {
        CountDownLatch gate = readGate;
        if (gate != null) {
            try {
                gate.await();
            } catch (InterruptedException _) {
                throw FsException.miss(Errno.EINTR);
            }
        }
        byte[] data = ((Handle) handle).node.data;
        long length = ((Handle) handle).node.attr.length();
        int count = (int) Math.clamp(length - offset, 0, target.byteSize());
        MemorySegment.copy(data, (int) Math.min(offset, data.length), target, ValueLayout.JAVA_BYTE, 0, count);
        return count;
    }

    @Override
    public int tryRead(FileHandle handle, long offset, MemorySegment target) throws FsException {
        return waits || readGate != null ? -1 : read(handle, offset, target);
    }

    @Override
    public int write(FileHandle handle, long offset, MemorySegment source, WriteOption... options) throws FsException {
        Node node = ((Handle) handle).node;
        int count = (int) source.byteSize();
        lock.lock();
        try {
            long start = handle.spec().has(Option.APPEND) ? node.attr.length() : offset;
            int end = checked(start + count);
            if (end > node.data.length) {
                node.data = Arrays.copyOf(node.data, Math.max(end, 2 * node.data.length));
            }
            MemorySegment.copy(source, ValueLayout.JAVA_BYTE, 0, node.data, (int) start, count);
            touch(node, Math.max(end, node.attr.length()));
        } finally {
            lock.unlock();
        }
        setIdsDropped.addAndGet(options.length);
        return count;
    }

    @Override
    public int tryWrite(FileHandle handle, long offset, MemorySegment source, WriteOption... options)
            throws FsException {
        return waits ? -1 : write(handle, offset, source, options);
    }

    @Override
    public void flush(FileHandle handle, long lockOwner) {
        flushes.incrementAndGet();
        locks.drop(handle.inode(), lockOwner);
    }

    @Override
    public boolean tryFlush(FileHandle handle, long lockOwner) {
        if (waits) {
            return false;
        }
        flush(handle, lockOwner);
        return true;
    }

    @Override
    public void fsync(FileHandle handle, SyncMode mode) {}

    @Override
    public void release(FileHandle handle, long flockOwner) {
        openHandles.decrementAndGet();
        flocks.drop(handle.inode(), flockOwner);
    }

    @Override
    public boolean tryRelease(FileHandle handle, long flockOwner) {
        if (waits) {
            return false;
        }
        release(handle, flockOwner);
        return true;
    }

    @Override
    public void allocate(FileHandle handle, AllocateMode mode, long offset, long length) throws FsException {
        Node node = ((Handle) handle).node;
        lock.lock();
        try {
            switch (mode) {
                case EXTEND -> {
                    int end = checked(Math.max(offset + length, node.attr.length()));
                    node.data = Arrays.copyOf(node.data, Math.max(end, node.data.length));
                    touch(node, end);
                }
                case PUNCH_HOLE -> {
                    int end = checked(Math.min(offset + length, node.attr.length()));
                    Arrays.fill(node.data, Math.min(checked(offset), end), end, (byte) 0);
                }
                case KEEP_SIZE, ZERO_RANGE, ZERO_RANGE_KEEP_SIZE -> throw FsException.miss(Errno.ENOTSUP);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long copyRange(FileHandle from, long fromOffset, FileHandle to, long toOffset, long length)
            throws FsException {
        Node source = ((Handle) from).node;
        int count = (int) Math.clamp(source.attr.length() - fromOffset, 0, length);
        return write(to, toOffset, MemorySegment.ofArray(source.data).asSlice(fromOffset, count));
    }

    @Override
    public long seek(FileHandle handle, long offset, SeekTarget target) throws FsException {
        long length = ((Handle) handle).node.attr.length();
        if (offset >= length) {
            throw FsException.miss(Errno.ENXIO);
        }
        return target == SeekTarget.DATA ? offset : length;
    }

    @Override
    public Bytes getXattr(Caller caller, long inode, FileName name) throws FsException {
        Bytes value = node(inode).xattrs.get(name);
        if (value == null) {
            throw FsException.miss(Errno.ENODATA);
        }
        return value;
    }

    @Override
    public void setXattr(Caller caller, long inode, FileName name, Bytes value, XattrMode mode, WriteOption... options)
            throws FsException {
        Map<FileName, Bytes> xattrs = node(inode).xattrs;
        if (mode == XattrMode.CREATE && xattrs.containsKey(name)) {
            throw FsException.miss(Errno.EEXIST);
        }
        if (mode == XattrMode.REPLACE && !xattrs.containsKey(name)) {
            throw FsException.miss(Errno.ENODATA);
        }
        xattrs.put(name, value);
    }

    @Override
    public List<FileName> listXattr(Caller caller, long inode) throws FsException {
        return List.copyOf(node(inode).xattrs.keySet());
    }

    @Override
    public void removeXattr(Caller caller, long inode, FileName name) throws FsException {
        if (node(inode).xattrs.remove(name) == null) {
            throw FsException.miss(Errno.ENODATA);
        }
    }

    @Override
    public SpaceInfo statfs(long inode) {
        // as a directory with a quota of its own is shown
        return inode == ROOT
                ? new SpaceInfo(1L << 40, 1L << 39, 1 << 20, 1 << 19)
                : new SpaceInfo(1L << 20, 1L << 19, 100, 50);
    }

    @Override
    public void flock(FileHandle handle, long owner, LockMode mode, LockWait wait) throws FsException {
        flocks.set(new Held(handle.inode(), owner, 0, mode, LockRange.ALL), wait);
    }

    @Override
    public void setLock(FileHandle handle, long owner, int pid, LockMode mode, LockRange range, LockWait wait)
            throws FsException {
        locks.set(new Held(handle.inode(), owner, pid, mode, range), wait);
    }

    @Override
    public Optional<LockConflict> getLock(FileHandle handle, long owner, LockMode mode, LockRange range) {
        return locks.get(new Held(handle.inode(), owner, 0, mode, range));
    }

    @Override
    public Subscription subscribe(ChangeListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
