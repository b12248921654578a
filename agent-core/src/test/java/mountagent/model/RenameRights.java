package mountagent.model;

import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import org.jspecify.annotations.Nullable;

/// What may keep a rename from happening (semantics.md §6).
final class RenameRights {
    private final ModelTree tree;
    private final Caller caller;
    private final DentryKey from;
    private final DentryKey to;
    private final Reasons reasons = new Reasons();

    RenameRights(ModelTree tree, Caller caller, DentryKey from, DentryKey to) {
        this.tree = tree;
        this.caller = caller;
        this.from = from;
        this.to = to;
    }

    /// What keeps both names from being looked up, and from meaning the same.
    Reasons early(@Nullable ModelNode node, @Nullable ModelNode target, boolean exchanges, boolean keeps) {
        checkPlaces();
        reasons.when(exchanges && ModelTree.isTrash(from.parent()), Errno.EPERM);
        ModelNode source = tree.nodes.get(from.parent());
        ModelNode goal = tree.nodes.get(to.parent());
        reasons.when(node == null || source == null || goal == null, Errno.ENOENT);
        reasons.when(exchanges && target == null, Errno.ENOENT);
        reasons.when(keeps && target != null && !from.equals(to), Errno.EEXIST);
        reasons.when(source != null && !ModelTree.may(source, caller, 1), Errno.EACCES);
        reasons.when(goal != null && !ModelTree.may(goal, caller, 1), Errno.EACCES);
        return reasons;
    }

    /// All reasons that hold when `node` is moved onto `target`, those of [#early] included.
    Reasons all(@Nullable ModelNode node, @Nullable ModelNode target, boolean exchanges) {
        ModelNode source = tree.nodes.get(from.parent());
        ModelNode goal = tree.nodes.get(to.parent());
        if (source != null) {
            checkParent(source);
            reasons.when(source.isAppendOnly(), Errno.EPERM);
        }
        if (goal != null) {
            checkParent(goal);
            reasons.when(ModelTree.isInTrash(goal), Errno.ENOENT);
        }
        if (node != null && source != null && goal != null && node != target) {
            checkTaking(source, goal, node);
            reasons.when(tree.isAbove(node.inode, goal.inode), Errno.EINVAL, Errno.EPERM);
            checkTarget(source, goal, node, target, exchanges);
        }
        return reasons;
    }

    private void checkPlaces() {
        boolean isKept = ModelTree.isTrash(from.parent()) && caller.uid() != 0;
        reasons.when(ModelTree.isTrashName(from) || ModelTree.isTrashName(to), Errno.EPERM);
        reasons.when(ModelTree.isTrash(to.parent()) || from.parent() == ModelTree.TRASH || isKept, Errno.EPERM);
        reasons.when(from.name().isDots() || to.name().isDots(), Errno.EINVAL, Errno.EBUSY);
        reasons.when(from.name().length() > FileName.LENGTH_MAX, Errno.ENAMETOOLONG);
        ModelTree.checkName(to.name(), reasons);
    }

    private void checkParent(ModelNode parent) {
        reasons.when(!parent.isDirectory(), Errno.ENOTDIR, Errno.ENOENT)
                .when(!ModelTree.may(parent, caller, 3), Errno.EACCES)
                .when(parent.isImmutable(), Errno.EPERM);
    }

    /// A node is taken from its place; a directory that gets another parent must be writable.
    private void checkTaking(ModelNode parent, ModelNode other, ModelNode node) {
        reasons.when(node.isFixed(), Errno.EPERM)
                .when(ModelTree.isStuck(parent, node, caller), Errno.EPERM, Errno.EACCES)
                .when(parent != other && node.isDirectory() && !ModelTree.may(node, caller, 2), Errno.EACCES);
    }

    private void checkTarget(
            ModelNode source, ModelNode goal, ModelNode node, @Nullable ModelNode target, boolean exchanges) {
        if (target == null) {
            return;
        }
        if (exchanges) {
            checkTaking(goal, source, target);
            reasons.when(tree.isAbove(target.inode, source.inode), Errno.EINVAL, Errno.EPERM);
            return;
        }
        reasons.when(target.isFixed(), Errno.EPERM)
                .when(ModelTree.isStuck(goal, target, caller), Errno.EPERM, Errno.EACCES)
                .when(node.isDirectory() && !target.isDirectory(), Errno.ENOTDIR)
                .when(!node.isDirectory() && target.isDirectory(), Errno.EISDIR)
                .when(!target.children.isEmpty(), Errno.ENOTEMPTY);
    }
}
