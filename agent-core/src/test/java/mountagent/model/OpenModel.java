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
        Refused.when(node.isDirectory() && writes, Errno.EISDIR, Errno.EACCES, Errno.EPERM);
        boolean lacksRight = !ModelTree.may(node, caller, (reads ? 4 : 0) | (writes ? 2 : 0));
        boolean isFixed = writes
                && (node.isImmutable() || ModelTree.isInTrash(node) || node.isAppendOnly() && (!appends || truncates));
        Refused.when(lacksRight && isFixed, Errno.EACCES, Errno.EPERM);
        Refused.when(lacksRight, Errno.EACCES);
        Refused.when(isFixed, Errno.EPERM);
        return node;
    }
}
