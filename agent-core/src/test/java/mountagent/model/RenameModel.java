package mountagent.model;

import java.util.Objects;
import java.util.Set;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.RenameFlag;
import org.jspecify.annotations.Nullable;

/// Renames in the reference tree (semantics.md §6).
final class RenameModel {
    private final ModelTree tree;
    private final NameModel names;

    RenameModel(ModelTree tree, NameModel names) {
        this.tree = tree;
        this.names = names;
    }

    /// What a rename moved and what it replaced.
    record Moved(long inode, NameModel.@Nullable Lost replaced) {}

    /// Moves a name.
    Moved rename(int client, Caller caller, DentryKey from, DentryKey to, Set<RenameFlag> flags) throws Refused {
        boolean exchanges = flags.contains(RenameFlag.EXCHANGE);
        boolean keeps = flags.contains(RenameFlag.NO_REPLACE);
        new Reasons()
                .when(flags.contains(RenameFlag.WHITEOUT), Errno.ENOTSUP)
                .when(exchanges && flags.size() > 1, Errno.EINVAL)
                .refuse();
        ModelNode node = tree.child(from);
        ModelNode target = tree.child(to);
        RenameRights rights = new RenameRights(tree, caller, from, to);
        if (rights.early(node, target, exchanges, keeps).isEmpty() && node != null && node == target) {
            return new Moved(node.inode, null);
        }
        rights.all(node, target, exchanges).refuse();
        Objects.requireNonNull(node);
        return target != null && exchanges ? exchange(from, to, node, target) : move(client, from, to, node, target);
    }

    private Moved exchange(DentryKey from, DentryKey to, ModelNode node, ModelNode target) {
        ModelNode source = tree.present(from.parent());
        ModelNode goal = tree.present(to.parent());
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
        ModelNode source = tree.present(from.parent());
        ModelNode goal = tree.present(to.parent());
        source.children.remove(from.name());
        NameModel.Lost replaced = null;
        int goalLinks = node.isDirectory() && source != goal ? 1 : 0;
        if (target != null) {
            goal.children.remove(to.name());
            if (target.isDirectory()) {
                goal.nlink--;
                goalLinks--;
                replaced = names.dropDirectory(goal, to.name(), target);
            } else {
                replaced = names.dropName(client, goal, to.name(), target);
            }
        }
        goal.children.put(to.name(), node.inode);
        if (source != goal) {
            changeParent(node, source, goal);
        }
        node.ctime = tree.now();
        tree.touch(goal, goalLinks != 0);
        if (source != goal) {
            tree.touch(source, node.isDirectory());
        }
        return new Moved(node.inode, replaced);
    }

    private static void changeParent(ModelNode node, ModelNode source, ModelNode goal) {
        if (node.isDirectory()) {
            if (!ModelTree.isTrash(source.inode)) {
                source.nlink--;
            }
            if (!ModelTree.isTrash(goal.inode)) {
                goal.nlink++;
            }
        }
        if (node.parent > 0) {
            node.parent = goal.inode;
        } else {
            node.addParentLink(source.inode, -1);
            node.addParentLink(goal.inode, 1);
        }
    }
}
