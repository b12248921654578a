package mountagent.model;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Set;
import java.util.function.ToLongFunction;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.NodeFlag;
import mountagent.base.RenameFlag;
import org.jspecify.annotations.Nullable;

/// The operations on names of the reference tree (semantics.md §4 to §7).
final class NameModel {
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("yyyy-MM-dd-HH").withZone(ZoneOffset.UTC);

    /// What became of a node that lost a name.
    record Lost(long inode, long length, FileType type, boolean unlinked, boolean sustained) {}

    private final ModelTree tree;
    private final ToLongFunction<FileName> hourInode;

    /// `hourInode` tells the inode that the system gave to an hour directory it has just made.
    NameModel(ModelTree tree, ToLongFunction<FileName> hourInode) {
        this.tree = tree;
        this.hourInode = hourInode;
    }

    /// Whether a node can be made at a place.
    void checkMake(Caller caller, DentryKey at) throws Refused {
        Refused.when(ModelTree.isTrash(at.parent()), Errno.EPERM);
        Refused.when(ModelTree.isTrashName(at), Errno.EPERM, Errno.EEXIST);
        Refused.when(at.name().isDots(), Errno.EEXIST);
        ModelTree.checkName(at.name());
        checkPlace(caller, at);
        Refused.when(tree.child(at) != null, Errno.EEXIST);
    }

    private ModelNode checkPlace(Caller caller, DentryKey at) throws Refused {
        ModelNode parent = tree.node(at.parent());
        Refused.when(!parent.isDirectory(), Errno.ENOTDIR);
        Refused.when(ModelTree.isInTrash(parent), Errno.ENOENT);
        ModelTree.need(parent, caller, 3);
        Refused.when(parent.isImmutable(), Errno.EPERM);
        return parent;
    }

    /// Makes the node that [#checkMake] allowed, under the inode that the system gave it.
    void make(Caller caller, DentryKey at, FileType type, int mode, int rdev, @Nullable Bytes target, long inode) {
        ModelNode parent = tree.nodes.get(at.parent());
        ModelNode node = new ModelNode(inode, type, tree.now());
        node.uid = caller.uid();
        node.mode = type == FileType.SYMLINK ? 0777 : mode & ~caller.umask() & 07777;
        inheritGroup(caller, parent, node);
        node.flags = parent.flags & NodeFlag.SKIP_TRASH;
        node.parent = parent.inode;
        if (node.isDirectory()) {
            node.nlink = 2;
            node.length = 4096;
            parent.nlink++;
        } else if (target != null) {
            node.target = target;
            node.length = target.length();
        } else {
            node.rdev = rdev;
        }
        tree.add(node);
        parent.children.put(at.name(), inode);
        tree.touch(parent, node.isDirectory());
    }

    private static void inheritGroup(Caller caller, ModelNode parent, ModelNode node) {
        node.gid = caller.gid();
        if ((parent.mode & 02000) == 0) {
            return;
        }
        node.gid = parent.gid;
        if (node.isDirectory()) {
            node.mode |= 02000;
        } else if ((node.mode & 02010) == 02010 && caller.isChecked() && !caller.isMember(parent.gid)) {
            node.mode &= ~02000;
        }
    }

    /// Gives a node another name.
    ModelNode link(Caller caller, long inode, DentryKey to) throws Refused {
        Refused.when(ModelTree.isTrash(to.parent()) || ModelTree.isTrashName(to), Errno.EPERM);
        Refused.when(to.name().isDots(), Errno.EEXIST, Errno.EINVAL);
        ModelTree.checkName(to.name());
        ModelNode node = tree.node(inode);
        Refused.when(node.isDirectory(), Errno.EPERM);
        ModelNode parent = checkPlace(caller, to);
        Refused.when(node.isFixed(), Errno.EPERM);
        Refused.when(tree.child(to) != null, Errno.EEXIST);
        Refused.when(node.nlink == 0, Errno.ENOENT);
        if (node.parent > 0) {
            node.addParentLink(node.parent, 1);
        }
        node.parent = 0;
        node.addParentLink(parent.inode, 1);
        node.nlink++;
        node.ctime = tree.now();
        parent.children.put(to.name(), inode);
        tree.touch(parent, false);
        return node;
    }

    /// Removes the name of a node that is no directory.
    Lost unlink(int client, Caller caller, DentryKey at) throws Refused {
        Refused.when(ModelTree.isTrashName(at), Errno.EPERM);
        Refused.when(ModelTree.isTrash(at.parent()) && caller.uid() != 0, Errno.EPERM);
        ModelNode parent = parentOf(caller, at);
        ModelNode node = tree.child(at);
        Refused.when(node == null, Errno.ENOENT);
        Refused.when(node.isDirectory(), Errno.EPERM);
        ModelTree.need(parent, caller, 3);
        Refused.when(parent.isFixed(), Errno.EPERM);
        Refused.when(ModelTree.isStuck(parent, node, caller), Errno.EACCES);
        Refused.when(node.isFixed(), Errno.EPERM);
        parent.children.remove(at.name());
        tree.touch(parent, false);
        return dropName(client, parent, at.name(), node);
    }

    /// The parent of a name to be removed. What comes first when both the name and the right are missing is open.
    private ModelNode parentOf(Caller caller, DentryKey at) throws Refused {
        ModelNode parent = tree.nodes.get(at.parent());
        Refused.when(parent == null, Errno.ENOENT);
        Refused.when(!parent.isDirectory(), Errno.ENOENT, Errno.ENOTDIR);
        Refused.when(tree.child(at) == null && !ModelTree.may(parent, caller, 3), Errno.ENOENT, Errno.EACCES);
        return parent;
    }

    /// A node other than a directory has lost its name in `parent`.
    private Lost dropName(int client, ModelNode parent, FileName name, ModelNode node) {
        node.ctime = tree.now();
        if (keepsInTrash(parent, node) && putInTrash(parent, name, node)) {
            return lost(node, false, false);
        }
        node.nlink--;
        if (node.parent == 0) {
            node.addParentLink(parent.inode, -1);
        }
        if (node.nlink > 0) {
            return lost(node, false, false);
        }
        node.xattrs.clear();
        if (node.isFile() && tree.isOpen(client, node.inode)) {
            tree.sustained.add(new ModelTree.Holder(client, node.inode));
            return lost(node, false, true);
        }
        end(node);
        return lost(node, true, false);
    }

    private static Lost lost(ModelNode node, boolean unlinked, boolean sustained) {
        return new Lost(node.inode, node.length, node.type, unlinked, sustained);
    }

    /// A node is gone for good; the data of a file waits to be deleted.
    void end(ModelNode node) {
        tree.forget(node);
        if (node.isFile()) {
            tree.deleted.put(node.inode, node.length);
        }
    }

    private boolean keepsInTrash(ModelNode parent, ModelNode node) {
        return tree.trashDays > 0 && !ModelTree.isTrash(parent.inode) && (node.flags & NodeFlag.SKIP_TRASH) == 0;
    }

    /// Moves a node that has lost its name to the hour directory; false when an entry of that name is there.
    private boolean putInTrash(ModelNode parent, FileName name, ModelNode node) {
        ModelNode hour = hourDirectory();
        FileName kept = trashName(parent, node, name);
        if (hour.children.containsKey(kept)) {
            return false;
        }
        hour.children.put(kept, node.inode);
        if (node.parent > 0) {
            node.parent = hour.inode;
        } else {
            node.addParentLink(parent.inode, -1);
            node.addParentLink(hour.inode, 1);
        }
        return true;
    }

    private static FileName trashName(ModelNode parent, ModelNode node, FileName name) {
        byte[] front = (parent.inode + "-" + node.inode + "-").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(front, front.length + name.length());
        System.arraycopy(name.toArray(), 0, all, front.length, name.length());
        return FileName.of(Arrays.copyOf(all, Math.min(all.length, FileName.LENGTH_MAX)));
    }

    private ModelNode hourDirectory() {
        ModelNode trash = tree.nodes.get(ModelTree.TRASH);
        FileName name = FileName.of(HOUR.format(Instant.ofEpochSecond(tree.now().seconds())));
        Long there = trash.children.get(name);
        if (there != null) {
            return tree.nodes.get(there);
        }
        ModelNode hour = new ModelNode(hourInode.applyAsLong(name), FileType.DIRECTORY, tree.now());
        hour.mode = 0555;
        hour.nlink = 2;
        hour.length = 4096;
        hour.parent = ModelTree.TRASH;
        tree.add(hour);
        trash.children.put(name, hour.inode);
        return hour;
    }

    /// Removes an empty directory.
    Lost rmdir(Caller caller, DentryKey at) throws Refused {
        Refused.when(at.name().equals(FileName.SELF), Errno.EINVAL);
        Refused.when(at.name().equals(FileName.PARENT), Errno.ENOTEMPTY);
        Refused.when(ModelTree.isTrashName(at) || at.parent() == ModelTree.TRASH, Errno.EPERM);
        Refused.when(ModelTree.isTrash(at.parent()) && caller.uid() != 0, Errno.EPERM);
        ModelNode parent = parentOf(caller, at);
        ModelNode node = tree.child(at);
        Refused.when(node == null, Errno.ENOENT);
        Refused.when(!node.isDirectory(), Errno.ENOTDIR);
        ModelTree.need(parent, caller, 3);
        Refused.when(parent.isFixed(), Errno.EPERM);
        boolean isStuck = ModelTree.isStuck(parent, node, caller);
        Refused.when(!node.children.isEmpty() && isStuck, Errno.ENOTEMPTY, Errno.EACCES);
        Refused.when(!node.children.isEmpty(), Errno.ENOTEMPTY);
        Refused.when(isStuck, Errno.EACCES);
        parent.children.remove(at.name());
        if (!ModelTree.isTrash(parent.inode)) {
            parent.nlink--;
        }
        tree.touch(parent, true);
        return dropDirectory(parent, at.name(), node);
    }

    private Lost dropDirectory(ModelNode parent, FileName name, ModelNode node) {
        node.ctime = tree.now();
        if (!keepsInTrash(parent, node) || !putInTrash(parent, name, node)) {
            end(node);
        }
        return lost(node, false, false);
    }

    /// What a rename moved and what it replaced.
    record Moved(long inode, @Nullable Lost replaced) {}

    /// Moves a name.
    Moved rename(int client, Caller caller, DentryKey from, DentryKey to, Set<RenameFlag> flags) throws Refused {
        boolean exchanges = flags.contains(RenameFlag.EXCHANGE);
        boolean keeps = flags.contains(RenameFlag.NO_REPLACE);
        Refused.when(flags.contains(RenameFlag.WHITEOUT) && !exchanges, Errno.ENOTSUP);
        Refused.when(exchanges && flags.size() > 1, Errno.EINVAL);
        Refused.when(ModelTree.isTrashName(from) || ModelTree.isTrashName(to), Errno.EPERM);
        Refused.when(ModelTree.isTrash(to.parent()), Errno.EPERM);
        Refused.when(ModelTree.isTrash(from.parent()) && caller.uid() != 0, Errno.EPERM);
        Refused.when(from.name().isDots() || to.name().isDots(), Errno.EINVAL, Errno.EBUSY, Errno.EEXIST, Errno.ENOENT);
        ModelTree.checkName(to.name());
        parentOf(caller, from);
        ModelNode node = tree.child(from);
        Refused.when(node == null, Errno.ENOENT);
        if (from.equals(to)) {
            return new Moved(node.inode, null);
        }
        ModelNode target = tree.child(to);
        if (target != null) {
            Refused.when(keeps, Errno.EEXIST);
            if (target == node) {
                return new Moved(node.inode, null);
            }
            if (!exchanges) {
                Refused.when(node.isDirectory() && !target.isDirectory(), Errno.ENOTDIR);
                Refused.when(!node.isDirectory() && target.isDirectory(), Errno.EISDIR);
            }
        }
        new RenameRights(tree, caller, from, to).check(node, target, exchanges);
        return target != null && exchanges ? exchange(from, to, node, target) : move(client, from, to, node, target);
    }

    private Moved exchange(DentryKey from, DentryKey to, ModelNode node, ModelNode target) {
        ModelNode source = tree.nodes.get(from.parent());
        ModelNode goal = tree.nodes.get(to.parent());
        source.children.put(from.name(), target.inode);
        goal.children.put(to.name(), node.inode);
        boolean relinks = source != goal && node.isDirectory() != target.isDirectory();
        if (source != goal) {
            changeParent(node, source, goal);
            changeParent(target, goal, source);
        }
        node.ctime = tree.now();
        target.ctime = tree.now();
        tree.touch(source, relinks);
        tree.touch(goal, relinks);
        return new Moved(node.inode, null);
    }

    private Moved move(int client, DentryKey from, DentryKey to, ModelNode node, @Nullable ModelNode target) {
        ModelNode source = tree.nodes.get(from.parent());
        ModelNode goal = tree.nodes.get(to.parent());
        source.children.remove(from.name());
        Lost replaced = null;
        boolean relinksGoal = node.isDirectory() && source != goal;
        if (target != null) {
            goal.children.remove(to.name());
            if (target.isDirectory()) {
                goal.nlink--;
                relinksGoal = true;
                replaced = dropDirectory(goal, to.name(), target);
            } else {
                replaced = dropName(client, goal, to.name(), target);
            }
        }
        goal.children.put(to.name(), node.inode);
        if (source != goal) {
            changeParent(node, source, goal);
        }
        node.ctime = tree.now();
        tree.touch(source, node.isDirectory() && source != goal || source == goal && relinksGoal);
        tree.touch(goal, relinksGoal);
        return new Moved(node.inode, replaced);
    }

    private static void changeParent(ModelNode node, ModelNode source, ModelNode goal) {
        if (node.isDirectory()) {
            if (!ModelTree.isTrash(source.inode)) {
                source.nlink--;
            }
            goal.nlink++;
        }
        if (node.parent > 0) {
            node.parent = goal.inode;
        } else {
            node.addParentLink(source.inode, -1);
            node.addParentLink(goal.inode, 1);
        }
    }

    /// Removes what the trash has kept longer than until `before` (Unix seconds); how many entries that were.
    int expireTrash(long before) {
        ModelNode trash = tree.nodes.get(ModelTree.TRASH);
        int removed = 0;
        if (trash == null) {
            return removed;
        }
        for (FileName name : trash.children.keySet().toArray(FileName[]::new)) {
            ModelNode hour = tree.nodes.get(trash.children.get(name));
            Instant time = Instant.from(
                    HOUR.parse(name.toString(), LocalDateTime::from).toInstant(ZoneOffset.UTC));
            if (time.getEpochSecond() < before) {
                removed += empty(hour);
                trash.children.remove(name);
                tree.forget(hour);
            }
        }
        return removed;
    }

    private int empty(ModelNode hour) {
        int removed = 0;
        for (long inode : hour.children.values()) {
            ModelNode node = tree.nodes.get(inode);
            removed++;
            if (node.isDirectory()) {
                end(node);
            } else {
                dropName(-1, hour, FileName.SELF, node);
            }
        }
        return removed;
    }
}
