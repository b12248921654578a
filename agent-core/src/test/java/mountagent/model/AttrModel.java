package mountagent.model;

import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import mountagent.base.AttrChange;
import mountagent.base.AttrChange.TimeChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.Timestamp;
import mountagent.base.XattrMode;
import org.jspecify.annotations.Nullable;

/// The operations on attributes of the reference tree (semantics.md §3 and §12).
final class AttrModel {
    private final ModelTree tree;

    AttrModel(ModelTree tree) {
        this.tree = tree;
    }

    /// Changes attributes other than the length. Whoever sends a mode with a new owner has seen to the set-ID bits.
    ModelNode setattr(Caller caller, long inode, AttrChange change) throws Refused {
        ModelNode node = tree.node(inode);
        if (change.equals(AttrChange.NONE)) {
            return node;
        }
        boolean setsOwner = change.uid().isPresent() || change.gid().isPresent();
        int gid = change.gid().orElse(node.gid);
        int uid = change.uid().orElse(node.uid);
        boolean isForeign = caller.isChecked() && caller.uid() != node.uid;
        boolean needsOwner =
                setsOwner || change.mode().isPresent() || change.flags().isPresent();
        new Reasons()
                .when(ModelTree.isInTrash(node), Errno.EPERM)
                .when(needsOwner && isForeign, Errno.EPERM)
                .when(caller.isChecked() && uid != node.uid, Errno.EPERM)
                .when(caller.isChecked() && gid != node.gid && !caller.isMember(gid), Errno.EPERM)
                .when(isForeign, timesNeed(caller, node, change))
                .refuse();
        if (setsOwner && !node.isDirectory()) {
            boolean keepsGroupBit = caller.uid() == 0 && (node.mode & 010) == 0;
            node.mode &= keepsGroupBit ? 03777 : 01777;
        }
        if (change.mode().isPresent()) {
            boolean losesGroupBit = caller.isChecked() && !caller.isMember(gid);
            node.mode = change.mode().getAsInt() & (losesGroupBit ? 05777 : 07777);
            node.accessAcl = node.accessAcl == null ? null : node.accessAcl.withMode(node.mode);
        }
        node.uid = uid;
        node.gid = gid;
        node.flags = change.flags().orElse(node.flags);
        node.atime = time(change.atime(), node.atime);
        node.mtime = time(change.mtime(), node.mtime);
        node.ctime = tree.now();
        return node;
    }

    /// What somebody who does not own a node is told when times are changed: both to now needs the right to write,
    /// anything else the owner (utimensat(2)).
    private static Errno[] timesNeed(Caller caller, ModelNode node, AttrChange change) {
        TimeChange.Kind atime = change.atime().kind();
        TimeChange.Kind mtime = change.mtime().kind();
        if (atime == TimeChange.Kind.KEEP && mtime == TimeChange.Kind.KEEP) {
            return new Errno[0];
        }
        if (atime != TimeChange.Kind.NOW || mtime != TimeChange.Kind.NOW) {
            return new Errno[] {Errno.EPERM};
        }
        return ModelTree.may(node, caller, 2) ? new Errno[0] : new Errno[] {Errno.EACCES};
    }

    private Timestamp time(TimeChange change, Timestamp current) {
        return switch (change.kind()) {
            case KEEP -> current;
            case NOW -> tree.now();
            case SET -> Objects.requireNonNull(change.explicit());
        };
    }

    /// A program without privileges has written: the set-ID bits go.
    ModelNode dropSetIds(long inode) throws Refused {
        ModelNode node = tree.node(inode);
        int kept = (node.mode & 010) != 0 ? 01777 : 03777;
        if ((node.mode & kept) != node.mode) {
            node.mode &= kept;
            node.ctime = tree.now();
        }
        return node;
    }

    /// The value of an attribute. Whether an inode that is gone is told apart does not matter.
    Bytes getXattr(long inode, FileName name) throws Refused {
        ModelNode node = tree.nodes.get(inode);
        Refused.when(node == null, Errno.ENODATA, Errno.ENOENT);
        Bytes value = Objects.requireNonNull(node).shownXattrs().get(name);
        Refused.when(value == null, Errno.ENODATA);
        return Objects.requireNonNull(value);
    }

    void setXattr(long inode, FileName name, Bytes value, XattrMode mode) throws Refused {
        ModelNode node = changeable(inode);
        boolean isThere = node.xattrs.containsKey(name);
        Refused.when(mode == XattrMode.CREATE && isThere, Errno.EEXIST);
        Refused.when(mode == XattrMode.REPLACE && !isThere, Errno.ENODATA);
        node.xattrs.put(name, value);
        node.ctime = tree.now();
    }

    void removeXattr(long inode, FileName name) throws Refused {
        ModelNode node = changeable(inode);
        Refused.when(node.xattrs.remove(name) == null, Errno.ENODATA);
        node.ctime = tree.now();
    }

    private ModelNode changeable(long inode) throws Refused {
        Refused.when(ModelTree.isTrash(inode), Errno.EPERM);
        ModelNode node = tree.node(inode);
        Refused.when(ModelTree.isInTrash(node) || node.isImmutable(), Errno.EPERM);
        return node;
    }

    Set<FileName> listXattr(long inode) {
        ModelNode node = tree.nodes.get(inode);
        return node == null ? Set.of() : new TreeSet<>(node.shownXattrs().keySet());
    }

    /// Sets a list: the access list and the mode say the same afterwards.
    void setAcl(Caller caller, long inode, boolean isDefault, ModelAcl given) throws Refused {
        ModelNode node = aclChangeable(caller, inode, isDefault && !given.isEmpty());
        if (isDefault) {
            change(node, node.mode, node.accessAcl, given.isEmpty() ? null : given.completed(node.mode));
            return;
        }
        if (given.isEmpty()) {
            change(node, node.mode, null, node.defaultAcl);
            return;
        }
        ModelAcl complete = given.completed(node.mode);
        int special = node.mode & (caller.isChecked() && !caller.isMember(node.gid) ? 05000 : 07000);
        change(node, special | complete.mode(), given.isMode() ? null : complete, node.defaultAcl);
    }

    void removeAcl(Caller caller, long inode, boolean isDefault) throws Refused {
        ModelNode node = aclChangeable(caller, inode, false);
        change(node, node.mode, isDefault ? node.accessAcl : null, isDefault ? null : node.defaultAcl);
    }

    private void change(ModelNode node, int mode, @Nullable ModelAcl access, @Nullable ModelAcl byDefault) {
        boolean isSame = mode == node.mode
                && Objects.equals(access, node.accessAcl)
                && Objects.equals(byDefault, node.defaultAcl);
        node.mode = mode;
        node.accessAcl = access;
        node.defaultAcl = byDefault;
        node.ctime = isSame ? node.ctime : tree.now();
    }

    private ModelNode aclChangeable(Caller caller, long inode, boolean needsDirectory) throws Refused {
        ModelNode node = changeable(inode);
        new Reasons()
                .when(caller.isChecked() && caller.uid() != node.uid, Errno.EPERM)
                .when(node.target != null, Errno.ENOTSUP)
                .when(needsDirectory && !node.isDirectory(), Errno.EACCES)
                .refuse();
        return node;
    }
}
