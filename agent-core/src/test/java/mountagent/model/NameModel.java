package mountagent.model;

import java.util.Objects;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.NodeFlag;
import org.jspecify.annotations.Nullable;

/// The operations on names of the reference tree (semantics.md §4 and §5).
final class NameModel {
    /// What became of a node that lost a name.
    record Lost(long inode, long length, FileType type, boolean unlinked, boolean sustained) {}

    private final ModelTree tree;
    private final TrashModel trash;

    NameModel(ModelTree tree, TrashModel trash) {
        this.tree = tree;
        this.trash = trash;
    }

    /// Whether a node can be made at a place.
    void checkMake(Caller caller, DentryKey at) throws Refused {
        Reasons reasons = placeFor(caller, at);
        reasons.refuse();
    }

    /// What keeps a new name from being made at a place.
    private Reasons placeFor(Caller caller, DentryKey at) throws Refused {
        Reasons reasons = new Reasons();
        reasons.when(ModelTree.isTrash(at.parent()) || ModelTree.isTrashName(at), Errno.EPERM);
        reasons.when(at.name().isDots(), Errno.EEXIST);
        ModelTree.checkName(at.name(), reasons);
        ModelNode parent = tree.nodes.get(at.parent());
        if (parent == null) {
            return reasons.when(true, Errno.ENOENT);
        }
        return reasons.when(!parent.isDirectory(), Errno.ENOTDIR)
                .when(ModelTree.isInTrash(parent), Errno.ENOENT)
                .when(!ModelTree.may(parent, caller, 3), Errno.EACCES)
                .when(parent.isImmutable(), Errno.EPERM)
                .when(tree.child(at) != null, Errno.EEXIST);
    }

    /// Whether a file without a name can be made in the file system of a directory.
    void checkMakeUnnamed(Caller caller, long directory) throws Refused {
        Reasons reasons = new Reasons().when(ModelTree.isTrash(directory), Errno.EPERM);
        ModelNode parent = tree.nodes.get(directory);
        if (parent == null) {
            reasons.when(true, Errno.ENOENT).refuse();
            return;
        }
        reasons.when(!parent.isDirectory(), Errno.ENOTDIR)
                .when(ModelTree.isInTrash(parent), Errno.ENOENT)
                .when(!ModelTree.may(parent, caller, 3), Errno.EACCES)
                .when(parent.isImmutable(), Errno.EPERM)
                .refuse();
    }

    /// Makes the file that [#checkMakeUnnamed] allowed: open at the client that made it, which may name it.
    void makeUnnamed(int client, Caller caller, long directory, int mode, long inode) {
        ModelNode parent = tree.present(directory);
        ModelNode node = draft(caller, parent, FileType.FILE, mode, inode);
        node.nlink = 0;
        tree.add(node);
        ModelTree.Holder holder = new ModelTree.Holder(client, inode);
        tree.open.add(holder);
        tree.sustained.add(holder);
        tree.unnamed.add(holder);
    }

    private ModelNode draft(Caller caller, ModelNode parent, FileType type, int mode, long inode) {
        ModelNode node = new ModelNode(inode, type, tree.now());
        node.uid = caller.uid();
        if (type == FileType.SYMLINK) {
            node.mode = 0777;
        } else if (parent.defaultAcl == null) {
            node.mode = mode & ~caller.umask() & 07777;
        } else {
            inheritAcl(parent.defaultAcl, node, mode & 07777);
        }
        inheritGroup(caller, parent, node);
        node.flags = parent.flags & NodeFlag.SKIP_TRASH;
        node.parent = parent.inode;
        return node;
    }

    private static void inheritAcl(ModelAcl byDefault, ModelNode node, int mode) {
        ModelAcl own = byDefault.inherited(mode);
        node.accessAcl = byDefault.isMode() ? null : own;
        node.defaultAcl = node.isDirectory() ? byDefault : null;
        node.mode = mode & 07000 | own.mode();
    }

    /// Makes the node that [#checkMake] allowed, under the inode that the system gave it.
    void make(Caller caller, DentryKey at, FileType type, int mode, int rdev, @Nullable Bytes target, long inode) {
        ModelNode parent = tree.present(at.parent());
        ModelNode node = draft(caller, parent, type, mode, inode);
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

    /// Gives a node another name. A file without any name gets its first one from the client that keeps it.
    void link(int client, Caller caller, long inode, DentryKey to) throws Refused {
        Reasons reasons = placeFor(caller, to);
        ModelNode node = tree.nodes.get(inode);
        if (node == null) {
            reasons.when(true, Errno.ENOENT, Errno.EPERM).refuse();
            return;
        }
        ModelTree.Holder holder = new ModelTree.Holder(client, inode);
        reasons.when(node.isDirectory() || node.isFixed() || ModelTree.isInTrash(node), Errno.EPERM)
                .when(node.nlink == 0 && !tree.unnamed.contains(holder), Errno.ENOENT)
                .refuse();
        ModelNode parent = tree.node(to.parent());
        parent.children.put(to.name(), inode);
        node.ctime = tree.now();
        tree.touch(parent, false);
        if (node.nlink++ == 0) {
            tree.sustained.remove(holder);
            tree.unnamed.remove(holder);
            node.parent = parent.inode;
            return;
        }
        if (node.parent > 0) {
            node.addParentLink(node.parent, 1);
        }
        node.parent = 0;
        node.addParentLink(parent.inode, 1);
    }

    /// Removes the name of a node that is no directory.
    Lost unlink(int client, Caller caller, DentryKey at) throws Refused {
        Reasons reasons = taking(caller, at);
        reasons.when(at.name().isDots(), Errno.EPERM, Errno.EISDIR);
        ModelNode node = tree.child(at);
        reasons.when(node != null && (node.isDirectory() || node.isFixed()), Errno.EPERM)
                .refuse();
        ModelNode parent = tree.node(at.parent());
        parent.children.remove(at.name());
        tree.touch(parent, false);
        return dropName(client, parent, at.name(), Objects.requireNonNull(node));
    }

    /// What keeps a name from being taken away.
    private Reasons taking(Caller caller, DentryKey at) {
        Reasons reasons = new Reasons();
        boolean isKept = ModelTree.isTrash(at.parent()) && caller.uid() != 0;
        reasons.when(ModelTree.isTrashName(at) || at.parent() == ModelTree.TRASH || isKept, Errno.EPERM);
        reasons.when(at.name().length() > FileName.LENGTH_MAX, Errno.ENAMETOOLONG);
        ModelNode parent = tree.nodes.get(at.parent());
        if (parent == null) {
            return reasons.when(true, Errno.ENOENT);
        }
        ModelNode node = tree.child(at);
        return reasons.when(!parent.isDirectory(), Errno.ENOTDIR, Errno.ENOENT)
                .when(node == null, Errno.ENOENT)
                .when(!ModelTree.may(parent, caller, 3), Errno.EACCES)
                .when(parent.isFixed(), Errno.EPERM)
                .when(node != null && ModelTree.isStuck(parent, node, caller), Errno.EPERM, Errno.EACCES);
    }

    /// A node other than a directory has lost its name in `parent`.
    Lost dropName(int client, ModelNode parent, FileName name, ModelNode node) {
        node.ctime = tree.now();
        if (trash.keeps(parent, name, node)) {
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

    /// Removes an empty directory.
    Lost rmdir(Caller caller, DentryKey at) throws Refused {
        Reasons reasons = taking(caller, at);
        reasons.when(at.name().equals(FileName.SELF), Errno.EINVAL);
        reasons.when(at.name().equals(FileName.PARENT), Errno.ENOTEMPTY);
        ModelNode node = tree.child(at);
        reasons.when(node != null && !node.isDirectory(), Errno.ENOTDIR)
                .when(node != null && !node.children.isEmpty(), Errno.ENOTEMPTY)
                .refuse();
        ModelNode parent = tree.node(at.parent());
        parent.children.remove(at.name());
        if (!ModelTree.isTrash(parent.inode)) {
            parent.nlink--;
        }
        tree.touch(parent, true);
        return dropDirectory(parent, at.name(), Objects.requireNonNull(node));
    }

    Lost dropDirectory(ModelNode parent, FileName name, ModelNode node) {
        node.ctime = tree.now();
        if (!trash.keeps(parent, name, node)) {
            end(node);
        }
        return lost(node, false, false);
    }
}
