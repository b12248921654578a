package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.AllocateMode;
import mountagent.base.Attr;
import mountagent.base.AttrChange;
import mountagent.base.AttrChange.TimeChange;
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
import mountagent.base.Timestamp;
import mountagent.base.XattrMode;
import mountagent.volume.ChangeEvent;
import mountagent.volume.ChangeListener;
import mountagent.volume.DirHandle;
import mountagent.volume.DirSink;
import mountagent.volume.FileHandle;
import mountagent.volume.LockWait;
import mountagent.volume.OpenSpec;
import mountagent.volume.OpenSpec.Option;
import mountagent.volume.Opened;
import mountagent.volume.SeekTarget;
import mountagent.volume.Stat;
import mountagent.volume.SyncMode;
import mountagent.volume.VolumeFs;
import org.jspecify.annotations.Nullable;

/// A volume in memory that does what a front end's tests need, and no more: no permissions, no trash, no
/// limits.
///
/// Changes take one lock; reads take none. What a test wants to see or to bring about is in the public
/// fields.
final class MemoryVolume implements VolumeFs {
    private static final int LENGTH_MAX = 64 << 20;

    /// A name whose look-up throws what no handler may throw.
    static final FileName BROKEN = FileName.of("broken");

    volatile boolean answersAtOnce = true;

    /// Whether the `try` operations say that they would have to wait.
    volatile boolean waits;

    /// What reads wait for, if anything.
    volatile @Nullable CountDownLatch readGate;

    /// Whether attributes may be cached.
    volatile boolean mayCache = true;

    /// Whether files may keep what the kernel has of them.
    volatile boolean keepCache = true;

    final AtomicInteger openHandles = new AtomicInteger();
    final AtomicInteger flushes = new AtomicInteger();
    final AtomicInteger setIdsDropped = new AtomicInteger();
    final AtomicInteger lookups = new AtomicInteger();
    final AtomicInteger waitingForLock = new AtomicInteger();
    final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition unlocked = lock.newCondition();
    private final Map<Long, Node> nodes = new ConcurrentHashMap<>();
    private final AtomicLong nextInode = new AtomicLong(2);

    private static final class Node {
        volatile Attr attr;
        volatile byte[] data = {};
        volatile long parent;
        final NavigableMap<FileName, Long> children = new ConcurrentSkipListMap<>();
        final Map<FileName, Bytes> xattrs = new ConcurrentSkipListMap<>();
        final List<Held> locks = new ArrayList<>();
        final List<Held> flocks = new ArrayList<>();

        Node(Attr attr, long parent) {
            this.attr = attr;
            this.parent = parent;
        }
    }

    private record Held(long owner, int pid, LockMode mode, LockRange range) {}

    private record Handle(Node node, OpenSpec spec, boolean mayKeepCache) implements FileHandle {
        @Override
        public long inode() {
            return node.attr.inode();
        }
    }

    private record Listing(Node node, List<Map.Entry<FileName, Long>> entries) implements DirHandle {
        @Override
        public long inode() {
            return node.attr.inode();
        }
    }

    MemoryVolume() {
        nodes.put(ROOT, new Node(attr(ROOT, NodeSpec.directory(0755), Caller.AGENT), ROOT));
    }

    private static Attr attr(long inode, NodeSpec spec, Caller caller) {
        Timestamp now = Clock.SYSTEM.now();
        boolean directory = spec.type() == FileType.DIRECTORY;
        return new Attr(
                inode,
                spec.type(),
                spec.mode(),
                caller.uid(),
                caller.gid(),
                directory ? 2 : 1,
                directory ? 4096 : 0,
                spec.rdev(),
                now,
                now,
                now,
                0);
    }

    /// Tells the mount of a change as if another front end had made it.
    void tell(ChangeEvent event) {
        listeners.forEach(listener -> listener.changed(event));
    }

    /// The inode behind a path of names below the root.
    long inode(String... path) throws FsException {
        long at = ROOT;
        for (String name : path) {
            at = child(node(at), FileName.of(name));
        }
        return at;
    }

    /// Writes to a file past the mount.
    void overwrite(long inode, byte[] content) throws FsException {
        Node node = node(inode);
        node.data = content.clone();
        touch(node, content.length);
    }

    /// Removes an entry of the root past the mount.
    void forget(String name) throws FsException {
        unlink(Caller.AGENT, new DentryKey(ROOT, FileName.of(name)));
    }

    private Node node(long inode) throws FsException {
        Node node = nodes.get(inode);
        if (node == null) {
            throw FsException.miss(Errno.ENOENT);
        }
        return node;
    }

    private static long child(Node directory, FileName name) throws FsException {
        Long inode = directory.children.get(name);
        if (inode == null) {
            throw FsException.miss(Errno.ENOENT);
        }
        return inode;
    }

    private Stat stat(Node node) {
        return new Stat(node.attr, mayCache);
    }

    @Override
    public boolean answersAtOnce() {
        return answersAtOnce;
    }

    @Override
    public Stat lookup(Caller caller, DentryKey at) throws FsException {
        lookups.incrementAndGet();
        if (at.name().equals(BROKEN)) {
            throw new IllegalStateException("broken on purpose");
        }
        at.name().checkLength();
        Node directory = node(at.parent());
        if (at.name().equals(FileName.SELF)) {
            return stat(directory);
        }
        return stat(node(at.name().equals(FileName.PARENT) ? directory.parent : child(directory, at.name())));
    }

    @Override
    public Stat getattr(Caller caller, long inode) throws FsException {
        return stat(node(inode));
    }

    @Override
    public Stat setattr(Caller caller, long inode, AttrChange change) throws FsException {
        lock.lock();
        try {
            Node node = node(inode);
            if (change.length().isPresent()) {
                node.data = Arrays.copyOf(node.data, checked(change.length().getAsLong()));
                touch(node, node.data.length);
            }
            if (change.dropSetIds()) {
                setIdsDropped.incrementAndGet();
            }
            Attr a = node.attr;
            node.attr = new Attr(
                    inode,
                    a.type(),
                    change.mode().orElse(a.mode()),
                    change.uid().orElse(a.uid()),
                    change.gid().orElse(a.gid()),
                    a.nlink(),
                    a.length(),
                    a.rdev(),
                    time(change.atime(), a.atime()),
                    time(change.mtime(), a.mtime()),
                    Clock.SYSTEM.now(),
                    0);
            return stat(node);
        } finally {
            lock.unlock();
        }
    }

    private static int checked(long length) throws FsException {
        if (length < 0 || length > LENGTH_MAX) {
            throw FsException.miss(Errno.EFBIG);
        }
        return (int) length;
    }

    private static Timestamp time(TimeChange change, Timestamp before) {
        return switch (change.kind()) {
            case KEEP -> before;
            case NOW -> Clock.SYSTEM.now();
            case SET -> change.explicit() == null ? before : change.explicit();
        };
    }

    @Override
    public Stat setattr(Caller caller, FileHandle handle, AttrChange change) throws FsException {
        return setattr(caller, handle.inode(), change);
    }

    @Override
    public void access(Caller caller, long inode, int mask) throws FsException {
        node(inode);
    }

    @Override
    public Stat mknod(Caller caller, DentryKey at, NodeSpec spec) throws FsException {
        lock.lock();
        try {
            at.name().check();
            Node directory = node(at.parent());
            if (directory.children.containsKey(at.name())) {
                throw FsException.miss(Errno.EEXIST);
            }
            long inode = nextInode.getAndIncrement();
            var node = new Node(attr(inode, spec, caller), at.parent());
            nodes.put(inode, node);
            directory.children.put(at.name(), inode);
            relink(directory, spec.type() == FileType.DIRECTORY ? 1 : 0);
            return stat(node);
        } finally {
            lock.unlock();
        }
    }

    private static void relink(Node node, int delta) {
        Attr a = node.attr;
        Timestamp now = Clock.SYSTEM.now();
        node.attr = new Attr(
                a.inode(),
                a.type(),
                a.mode(),
                a.uid(),
                a.gid(),
                a.nlink() + delta,
                a.length(),
                a.rdev(),
                a.atime(),
                a.type() == FileType.DIRECTORY ? now : a.mtime(),
                now,
                0);
    }

    private static void touch(Node node, long length) {
        Timestamp now = Clock.SYSTEM.now();
        node.attr = node.attr.withPending(length, now, now);
    }

    @Override
    public Opened create(Caller caller, DentryKey at, NodeSpec spec, OpenSpec open) throws FsException {
        lock.lock();
        try {
            Long found = node(at.parent()).children.get(at.name());
            if (found != null && open.has(Option.EXCLUSIVE)) {
                throw FsException.miss(Errno.EEXIST);
            }
            Stat stat = found != null ? stat(node(found)) : mknod(caller, at, spec);
            return new Opened(stat, open(caller, stat.inode(), open));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Opened createUnnamed(Caller caller, long directory, NodeSpec spec, OpenSpec open) throws FsException {
        long inode = nextInode.getAndIncrement();
        var node = new Node(attr(inode, spec, caller), directory);
        nodes.put(inode, node);
        relink(node, -1);
        return new Opened(stat(node), open(caller, inode, open));
    }

    @Override
    public Stat symlink(Caller caller, DentryKey at, Bytes target) throws FsException {
        Stat made = mknod(caller, at, new NodeSpec(FileType.SYMLINK, 0777, 0));
        Node node = node(made.inode());
        node.data = target.toArray();
        touch(node, target.length());
        return stat(node);
    }

    @Override
    public Bytes readlink(Caller caller, long inode) throws FsException {
        return Bytes.of(node(inode).data);
    }

    @Override
    public Stat link(Caller caller, long inode, DentryKey to) throws FsException {
        lock.lock();
        try {
            Node node = node(inode);
            if (node(to.parent()).children.putIfAbsent(to.name(), inode) != null) {
                throw FsException.miss(Errno.EEXIST);
            }
            relink(node, 1);
            return stat(node);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void unlink(Caller caller, DentryKey at) throws FsException {
        lock.lock();
        try {
            Node directory = node(at.parent());
            Node node = node(child(directory, at.name()));
            directory.children.remove(at.name());
            relink(node, -1);
            relink(directory, 0);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void rmdir(Caller caller, DentryKey at) throws FsException {
        lock.lock();
        try {
            Node parent = node(at.parent());
            Node node = node(child(parent, at.name()));
            if (!node.children.isEmpty()) {
                throw FsException.miss(Errno.ENOTEMPTY);
            }
            parent.children.remove(at.name());
            relink(parent, -1);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void rename(Caller caller, DentryKey from, DentryKey to, Set<RenameFlag> flags) throws FsException {
        lock.lock();
        try {
            Node source = node(from.parent());
            Node target = node(to.parent());
            long inode = child(source, from.name());
            Long there = target.children.get(to.name());
            if (there != null && flags.contains(RenameFlag.NO_REPLACE)) {
                throw FsException.miss(Errno.EEXIST);
            }
            if (flags.contains(RenameFlag.EXCHANGE)) {
                source.children.put(from.name(), child(target, to.name()));
            } else {
                source.children.remove(from.name());
            }
            target.children.put(to.name(), inode);
            node(inode).parent = to.parent();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public DirHandle opendir(Caller caller, long inode) throws FsException {
        Node node = node(inode);
        openHandles.incrementAndGet();
        List<Map.Entry<FileName, Long>> entries = new ArrayList<>();
        entries.add(Map.entry(FileName.SELF, inode));
        entries.add(Map.entry(FileName.PARENT, node.parent));
        entries.addAll(node.children.entrySet());
        return new Listing(node, entries);
    }

    @Override
    public void readdir(Caller caller, DirHandle handle, long cookie, ListDetail detail, DirSink sink) {
        List<Map.Entry<FileName, Long>> entries = ((Listing) handle).entries;
        for (int i = (int) cookie; i < entries.size(); i++) {
            var entry = entries.get(i);
            Node node = nodes.get(entry.getValue());
            if (node != null && !take(sink, entry.getKey(), node, i + 1, detail)) {
                return;
            }
        }
    }

    private boolean take(DirSink sink, FileName name, Node node, long cookie, ListDetail detail) {
        Attr attr = node.attr;
        return sink.entry(name, attr.inode(), attr.type(), cookie, detail == ListDetail.ATTRIBUTES ? stat(node) : null);
    }

    @Override
    public void releasedir(DirHandle handle) {
        openHandles.decrementAndGet();
    }

    @Override
    public void fsyncDirectory(long inode) throws FsException {
        node(inode);
    }

    @Override
    public FileHandle open(Caller caller, long inode, OpenSpec spec) throws FsException {
        Node node = node(inode);
        openHandles.incrementAndGet();
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
        lock.lock();
        try {
            ((Handle) handle).node.locks.removeIf(held -> held.owner == lockOwner);
            unlocked.signalAll();
        } finally {
            lock.unlock();
        }
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
        lock.lock();
        try {
            ((Handle) handle).node.flocks.removeIf(held -> held.owner == flockOwner);
            unlocked.signalAll();
        } finally {
            lock.unlock();
        }
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
    public void setXattr(Caller caller, long inode, FileName name, Bytes value, XattrMode mode) throws FsException {
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
    public SpaceInfo statfs() {
        return new SpaceInfo(1L << 40, 1L << 39, 1 << 20, 1 << 19);
    }

    @Override
    public void flock(FileHandle handle, long owner, LockMode mode, LockWait wait) throws FsException {
        set(((Handle) handle).node.flocks, new Held(owner, 0, mode, LockRange.ALL), wait);
    }

    @Override
    public void setLock(FileHandle handle, long owner, int pid, LockMode mode, LockRange range, LockWait wait)
            throws FsException {
        set(((Handle) handle).node.locks, new Held(owner, pid, mode, range), wait);
    }

    /// An unlock drops whole locks, which is all that the tests ask for.
    private void set(List<Held> held, Held wanted, LockWait wait) throws FsException {
        lock.lock();
        try {
            if (wanted.mode != LockMode.UNLOCK && conflict(held, wanted) != null) {
                if (wait == LockWait.TRY) {
                    throw FsException.miss(Errno.EAGAIN);
                }
                awaitFree(held, wanted);
            }
            held.removeIf(one -> one.owner == wanted.owner && overlap(one.range, wanted.range));
            if (wanted.mode != LockMode.UNLOCK) {
                held.add(wanted);
            }
            unlocked.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitFree(List<Held> held, Held wanted) throws FsException {
        waitingForLock.incrementAndGet();
        try {
            while (conflict(held, wanted) != null) {
                unlocked.await();
            }
        } catch (InterruptedException _) {
            throw FsException.miss(Errno.EINTR);
        } finally {
            waitingForLock.decrementAndGet();
        }
    }

    private static @Nullable Held conflict(List<Held> held, Held wanted) {
        for (Held one : held) {
            boolean exclusive = one.mode == LockMode.EXCLUSIVE || wanted.mode == LockMode.EXCLUSIVE;
            if (one.owner != wanted.owner && exclusive && overlap(one.range, wanted.range)) {
                return one;
            }
        }
        return null;
    }

    private static boolean overlap(LockRange a, LockRange b) {
        return a.start() <= b.end() && b.start() <= a.end();
    }

    @Override
    public Optional<LockConflict> getLock(FileHandle handle, long owner, LockMode mode, LockRange range) {
        lock.lock();
        try {
            Held found = conflict(((Handle) handle).node.locks, new Held(owner, 0, mode, range));
            return Optional.ofNullable(found).map(held -> new LockConflict(held.mode, held.range, held.pid));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Subscription subscribe(ChangeListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
