package mountagent.model;

import mountagent.base.Caller;
import mountagent.base.Errno;

/// Whether a file may be opened, by the reference (semantics.md §8).
final class OpenModel {
    private OpenModel() {}

    static ModelNode check(
            ModelTree tree,
            Caller caller,
            long inode,
            boolean reads,
            boolean writes,
            boolean appends,
            boolean truncates)
            throws Refused {
        ModelNode node = tree.node(inode);
        boolean isFixed = writes
                && (node.isImmutable()
                        || ModelTree.isInTrash(node)
                        || (node.isAppendOnly() && (!appends || truncates)));
        new Reasons()
                .when(node.isDirectory() && writes, Errno.EISDIR)
                .when(!ModelTree.may(node, caller, (reads ? 4 : 0) | (writes ? 2 : 0)), Errno.EACCES)
                .when(isFixed, Errno.EPERM)
                .refuse();
        return node;
    }
}
