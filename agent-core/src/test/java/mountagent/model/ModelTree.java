package mountagent.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.Timestamp;
import org.jspecify.annotations.Nullable;

/// The reference: a tree of nodes in memory with the volume's semantics, as semantics.md and POSIX tell them.
///
/// It does not make up inode numbers: it is told those that the system gave out, and refuses one that was used before.
final class ModelTree {
    static final long ROOT = 1;
    static final long TRASH = 0x7FFFFFFF10000000L;
    static final FileName TRASH_NAME = FileName.of(".trash");
    static final Duration SKIP_DIR_MTIME = Duration.ofMillis(100);
    private static final int GONE_KEPT = 50;

    /// A client's session and an inode it keeps.
    record Holder(int client, long inode) {}

    final Clock clock;
    final int trashDays;
    final TreeMap<Long, ModelNode> nodes = new TreeMap<>();
    final Set<Holder> open = new HashSet<>();
    final Set<Holder> sustained = new HashSet<>();
    /// Those of the sustained that were made without a name and may get one.
    final Set<Holder> unnamed = new HashSet<>();
    /// Files whose data waits to be deleted, with their length.
    final Map<Long, Long> deleted = new HashMap<>();

    final SliceBytes sliceBytes = new SliceBytes();
    private final Set<Long> used = new HashSet<>(Set.of(ROOT));
    private final List<Long> gone = new ArrayList<>();

    ModelTree(Clock clock, int trashDays, Timestamp formatted) {
        this.clock = clock;
        this.trashDays = trashDays;
        nodes.put(ROOT, root(ROOT, 0777, formatted));
        if (trashDays > 0) {
            nodes.put(TRASH, root(TRASH, 0555, formatted));
        }
    }

    private static ModelNode root(long inode, int mode, Timestamp formatted) {
        ModelNode node = new ModelNode(inode, FileType.DIRECTORY, formatted);
        node.mode = mode;
        node.nlink = 2;
        node.length = 4096;
        node.parent = ROOT;
        return node;
    }

    Timestamp now() {
        return clock.now();
    }

    /// The node of an inode; refuses with ENOENT when there is none.
    ModelNode node(long inode) throws Refused {
        ModelNode node = nodes.get(inode);
        Refused.when(node == null, Errno.ENOENT);
        return Objects.requireNonNull(node);
    }

    /// The node of an inode that must be there.
    ModelNode present(long inode) {
        return Objects.requireNonNull(nodes.get(inode));
    }

    @Nullable
    ModelNode child(DentryKey at) {
        ModelNode parent = nodes.get(at.parent());
        Long inode = parent == null ? null : parent.children.get(at.name());
        return inode == null ? null : nodes.get(inode);
    }

    /// Takes in a node under a number that the system has drawn.
    void add(ModelNode node) {
        if (!used.add(node.inode)) {
            throw new AssertionError("inode " + node.inode + " was handed out twice");
        }
        nodes.put(node.inode, node);
    }

    void forget(ModelNode node) {
        nodes.remove(node.inode);
        gone.add(node.inode);
        if (gone.size() > GONE_KEPT) {
            gone.removeFirst();
        }
    }

    /// Inodes that were there not long ago.
    List<Long> gone() {
        return gone;
    }

    static boolean isTrash(long inode) {
        return inode >= TRASH;
    }

    /// Whether the node lies in an hour directory.
    static boolean isInTrash(ModelNode node) {
        return node.parent > TRASH;
    }

    boolean isOpen(int client, long inode) {
        return open.contains(new Holder(client, inode));
    }

    /// Whether permission bits let the caller do what `mask` says (4 read, 2 write, 1 execute).
    static boolean may(ModelNode node, Caller caller, int mask) {
        if (!caller.isChecked()) {
            return true;
        }
        if (node.accessAcl != null && caller.uid() != node.uid && (node.mode & 070) != 0) {
            return node.accessAcl.grants(caller, node.gid, mask);
        }
        int shift = caller.uid() == node.uid ? 6 : caller.isMember(node.gid) ? 3 : 0;
        return (node.mode >> shift & mask) == mask;
    }

    static void need(ModelNode node, Caller caller, int mask) throws Refused {
        Refused.when(!may(node, caller, mask), Errno.EACCES);
    }

    /// Whether a sticky directory keeps the caller from removing `child`.
    static boolean isStuck(ModelNode parent, ModelNode child, Caller caller) {
        return (parent.mode & 01000) != 0
                && caller.isChecked()
                && caller.uid() != parent.uid
                && caller.uid() != child.uid;
    }

    /// A directory has been changed: its times follow, unless that was done just before.
    void touch(ModelNode directory, boolean always) {
        long age = now().nanosSince(directory.mtime);
        boolean isFresh = age >= 0 && age < SKIP_DIR_MTIME.toNanos();
        if (!isTrash(directory.inode) && (always || !isFresh)) {
            directory.mtime = now();
            directory.ctime = now();
        }
    }

    /// What is wrong with a name to be made.
    static void checkName(FileName name, Reasons reasons) {
        reasons.when(name.length() > FileName.LENGTH_MAX, Errno.ENAMETOOLONG).when(name.length() == 0, Errno.EINVAL);
        for (int i = 0; i < name.length(); i++) {
            reasons.when(name.at(i) == '/' || name.at(i) == 0, Errno.EINVAL);
        }
    }

    static boolean isTrashName(DentryKey at) {
        return at.parent() == ROOT && at.name().equals(TRASH_NAME);
    }

    /// The node behind a name.
    ModelNode lookup(Caller caller, DentryKey at) throws Refused {
        Reasons reasons = new Reasons();
        ModelNode parent = nodes.get(at.parent());
        ModelNode found = parent == null ? null : behind(parent, at);
        reasons.when(at.name().length() > FileName.LENGTH_MAX, Errno.ENAMETOOLONG)
                .when(parent == null || found == null, Errno.ENOENT)
                .when(parent != null && !parent.isDirectory(), Errno.ENOTDIR)
                .when(parent != null && !may(parent, caller, 1), Errno.EACCES)
                .refuse();
        return Objects.requireNonNull(found);
    }

    private @Nullable ModelNode behind(ModelNode parent, DentryKey at) {
        if (at.name().equals(FileName.SELF)) {
            return parent;
        }
        if (at.name().equals(FileName.PARENT)) {
            return nodes.get(parent.parent);
        }
        return isTrashName(at) ? nodes.get(TRASH) : child(at);
    }

    /// Whether `inode` is `directory` or above it.
    boolean isAbove(long inode, long directory) {
        long at = directory;
        while (at != ROOT && at != TRASH) {
            if (at == inode) {
                return true;
            }
            ModelNode node = nodes.get(at);
            if (node == null) {
                return false;
            }
            at = node.parent;
        }
        return at == inode;
    }
}
