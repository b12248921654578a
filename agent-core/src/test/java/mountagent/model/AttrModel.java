package mountagent.model;

import java.util.List;
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

    /// Changes attributes other than the length.
    ModelNode setattr(Caller caller, long inode, AttrChange change) throws Refused {
        ModelNode node = tree.node(inode);
        Refused.when(ModelTree.isInTrash(node), Errno.EPERM);
        Draft draft = new Draft(node);
        boolean setsOwner = change.uid().isPresent() || change.gid().isPresent();
        int mode = change.mode().orElse(0);
        if (change.mode().isPresent() && setsOwner) {
            mode |= node.mode & 06000;
        }
        if (setsOwner && (node.mode & 06000) != 0 && !node.isDirectory()) {
            int kept = caller.uid() != 0 || (node.mode & 010) != 0 ? 01777 : 03777;
            draft.mode &= kept;
            mode &= kept;
        }
        changeOwner(caller, node, change, draft);
        if (change.mode().isPresent()) {
            changeMode(caller, node, mode, draft);
        }
        draft.atime = time(caller, node, change.atime(), node.atime);
        draft.mtime = time(caller, node, change.mtime(), node.mtime);
        draft.flags = change.flags().orElse(node.flags);
        draft.apply(node, tree.now(), setsOwner && (node.mode & 06000) != 0);
        return node;
    }

    private static void changeOwner(Caller caller, ModelNode node, AttrChange change, Draft draft) throws Refused {
        boolean isChecked = caller.isChecked();
        if (change.gid().isPresent()) {
            int gid = change.gid().getAsInt();
            Refused.when(isChecked && caller.uid() != node.uid, Errno.EPERM);
            Refused.when(isChecked && gid != node.gid && !caller.isMember(gid), Errno.EPERM);
            draft.gid = gid;
        }
        if (change.uid().isPresent()) {
            Refused.when(isChecked && change.uid().getAsInt() != node.uid, Errno.EPERM);
            draft.uid = change.uid().getAsInt();
        }
    }

    private static void changeMode(Caller caller, ModelNode node, int wanted, Draft draft) throws Refused {
        int mode = wanted & 07777;
        boolean isChecked = caller.isChecked();
        if (isChecked && !caller.isMember(node.gid)) {
            mode &= ~02000;
        }
        boolean addsSetId = (mode & ~draft.mode & 06000) != 0;
        Refused.when(isChecked && caller.uid() != node.uid && ((mode ^ draft.mode) & 01777) != 0, Errno.EPERM);
        Refused.when(isChecked && caller.uid() != node.uid && addsSetId, Errno.EPERM);
        draft.mode = mode;
    }

    private Timestamp time(Caller caller, ModelNode node, TimeChange change, Timestamp current) throws Refused {
        boolean isOwner = !caller.isChecked() || caller.uid() == node.uid;
        return switch (change.kind()) {
            case KEEP -> current;
            case NOW -> {
                Refused.when(!isOwner && !ModelTree.may(node, caller, 2), Errno.EACCES);
                yield tree.now();
            }
            case SET -> {
                Timestamp explicit = Objects.requireNonNull(change.explicit());
                if (!explicit.equals(current)) {
                    Refused.when(caller.isChecked() && !isOwner, Errno.EPERM, Errno.EACCES);
                }
                yield explicit;
            }
        };
    }

    /// What a change comes to before it is made.
    private static final class Draft {
        private int mode;
        private int uid;
        private int gid;
        private int flags;
        private Timestamp atime;
        private Timestamp mtime;

        Draft(ModelNode node) {
            mode = node.mode;
            uid = node.uid;
            gid = node.gid;
            flags = node.flags;
            atime = node.atime;
            mtime = node.mtime;
        }

        void apply(ModelNode node, Timestamp now, boolean always) {
            boolean isSame = mode == node.mode
                    && uid == node.uid
                    && gid == node.gid
                    && flags == node.flags
                    && atime.equals(node.atime)
                    && mtime.equals(node.mtime);
            if (isSame && !always) {
                return;
            }
            node.mode = mode;
            node.uid = uid;
            node.gid = gid;
            node.flags = flags;
            node.atime = atime;
            node.mtime = mtime;
            node.ctime = now;
        }
    }

    /// A program without privileges has written: the set-ID bits go.
    ModelNode dropSetIds(long inode) throws Refused {
        ModelNode node = tree.node(inode);
        int kept = (node.mode & 010) != 0 ? 01777 : 03777;
        if (node.isFile() && (node.mode & kept) != node.mode) {
            node.mode &= kept;
            node.ctime = tree.now();
        }
        return node;
    }

    Bytes getXattr(long inode, FileName name) throws Refused {
        ModelNode node = tree.node(inode);
        Bytes value = node.xattrs.get(name);
        Refused.when(value == null, Errno.ENODATA);
        return Objects.requireNonNull(value);
    }

    void setXattr(long inode, FileName name, Bytes value, XattrMode mode) throws Refused {
        ModelNode node = tree.node(inode);
        @Nullable Bytes before = node.xattrs.get(name);
        Refused.when(mode == XattrMode.CREATE && before != null, Errno.EEXIST);
        Refused.when(mode == XattrMode.REPLACE && before == null, Errno.ENODATA);
        node.xattrs.put(name, value);
    }

    void removeXattr(long inode, FileName name) throws Refused {
        Refused.when(tree.node(inode).xattrs.remove(name) == null, Errno.ENODATA);
    }

    Set<FileName> listXattr(long inode) throws Refused {
        return new TreeSet<>(List.copyOf(tree.node(inode).xattrs.keySet()));
    }
}
