package mountagent.model;

import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import org.jspecify.annotations.Nullable;

/// What may keep a rename from happening once both names are resolved, in the order of semantics.md §6.
final class RenameRights {
    private final ModelTree tree;
    private final Caller caller;
    private final DentryKey from;
    private final DentryKey to;

    RenameRights(ModelTree tree, Caller caller, DentryKey from, DentryKey to) {
        this.tree = tree;
        this.caller = caller;
        this.from = from;
        this.to = to;
    }

    void check(ModelNode node, @Nullable ModelNode target, boolean exchanges) throws Refused {
        ModelNode source = tree.node(from.parent());
        Refused.when(!source.isDirectory(), Errno.ENOTDIR);
        ModelTree.need(source, caller, 3);
        ModelNode goal = tree.node(to.parent());
        Refused.when(!goal.isDirectory(), Errno.ENOTDIR);
        Refused.when(ModelTree.isInTrash(goal), Errno.ENOENT);
        ModelTree.need(goal, caller, 3);
        Refused.when(node.isDirectory() && tree.isAbove(node.inode, goal.inode), Errno.EINVAL, Errno.EPERM);
        Refused.when(
                exchanges && target != null && target.isDirectory() && tree.isAbove(target.inode, source.inode),
                Errno.EINVAL,
                Errno.EPERM);
        Refused.when(source.isFixed() || goal.isImmutable() || node.isFixed(), Errno.EPERM);
        Refused.when(
                source != goal
                        && (source.mode & 01000) != 0
                        && caller.uid() != 0
                        && caller.uid() != node.uid
                        && (caller.uid() != source.uid || node.isDirectory()),
                Errno.EACCES);
        if (target != null) {
            Refused.when(target.isFixed(), Errno.EPERM);
            Refused.when(!exchanges && !target.children.isEmpty(), Errno.ENOTEMPTY);
            Refused.when(ModelTree.isStuck(goal, target, caller), Errno.EACCES);
        } else {
            Refused.when(exchanges, Errno.ENOENT);
        }
        Refused.when(ModelTree.isStuck(source, node, caller), Errno.EACCES);
    }
}
