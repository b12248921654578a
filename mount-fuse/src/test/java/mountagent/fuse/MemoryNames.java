package mountagent.fuse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
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
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.Timestamp;
import mountagent.volume.DirHandle;
import mountagent.volume.DirSink;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.OpenSpec.Option;
import mountagent.volume.Opened;
import mountagent.volume.Stat;
import mountagent.volume.VolumeFs;

/// The nodes and names of a volume in memory: no permissions, no trash, no limits. Changes take one lock;
/// reads take none.
abstract class MemoryNames implements VolumeFs {
    /// A name whose look-up throws what no handler may throw.
    static final FileName BROKEN = FileName.of("broken");

    /// No file is longer.
    private static final int LENGTH_MAX = 64 << 20;

    volatile boolean answersAtOnce = true;

    /// Whether attributes may be cached.
    volatile boolean mayCache = true;

    final AtomicInteger openHandles = new AtomicInteger();
    final AtomicInteger setIdsDropped = new AtomicInteger();
    final AtomicInteger lookups = new AtomicInteger();
    final ReentrantLock lock = new ReentrantLock();

    private final Map<Long, Node> nodes = new ConcurrentHashMap<>();
    private final AtomicLong nextInode = new AtomicLong(2);

    /// One inode.
    static final class Node {
        volatile Attr attr;
        volatile byte[] data = {};
        volatile long parent;
        final NavigableMap<FileName, Long> children = new ConcurrentSkipListMap<>();
        final Map<FileName, Bytes> xattrs = new ConcurrentSkipListMap<>();

        Node(Attr attr, long parent) {
            this.attr = attr;
            this.parent = parent;
        }
    }

    private record Listing(Node node, List<Map.Entry<FileName, Long>> entries) implements DirHandle {
        @Override
        public long inode() {
            return node.attr.inode();
        }
    }

    MemoryNames() {
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

    /// The inode behind a path of names below the root.
    long inode(String... path) throws FsException {
        long at = ROOT;
        for (String name : path) {
            at = child(node(at), FileName.of(name));
        }
        return at;
    }

    /// Removes an entry of the root past the mount.
    void forget(String name) throws FsException {
        unlink(Caller.AGENT, new DentryKey(ROOT, FileName.of(name)));
    }

    final Node node(long inode) throws FsException {
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

    final Stat stat(Node node) {
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

    static int checked(long length) throws FsException {
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

    static void touch(Node node, long length) {
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
}
