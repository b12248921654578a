package mountagent.meta;

import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;

/// What a caller may do with a node by owner, group, mode and access list (reference: semantics.md §2, §11). All checks
/// pass for root and
/// for callers whose kernel has checked already; flags of nodes bind everybody.
final class Permission {
    static final int READ = 4;
    static final int WRITE = 2;
    static final int EXECUTE = 1;

    static final int SET_UID = 0_4000;
    static final int SET_GID = 0_2000;
    static final int STICKY = 0_1000;
    static final int GROUP_EXECUTE = 0_0010;

    /// With none of these set an access list grants nothing beyond the mode.
    private static final int GROUP_BITS = 0_0070;

    private Permission() {}

    /// EACCES unless the access list of the node, or its mode where it has none, grants all bits of `mask`.
    static void check(AclRules acls, Caller caller, Node node, int mask) throws FsException {
        if (caller.isChecked() && !grants(acls, caller, node, mask)) {
            throw FsException.miss(Errno.EACCES);
        }
    }

    private static boolean grants(AclRules acls, Caller caller, Node node, int mask) {
        boolean isOwner = caller.uid() == node.uid();
        if (node.accessAcl() == 0 || (node.mode() & GROUP_BITS) == 0) {
            return (granted(caller, node) & mask) == mask;
        }
        boolean isInOwningGroup = caller.isMember(node.gid());
        return acls.rule(node.accessAcl()).grants(mask, isOwner, caller.uid(), isInOwningGroup, caller::isMember);
    }

    private static int granted(Caller caller, Node node) {
        if (caller.uid() == node.uid()) {
            return node.mode() >> 6 & 7;
        }
        return caller.isMember(node.gid()) ? node.mode() >> 3 & 7 : node.mode() & 7;
    }

    /// Whether the caller is treated as the owner.
    static boolean owns(Caller caller, Node node) {
        return !caller.isChecked() || caller.uid() == node.uid();
    }

    /// EPERM unless the caller is treated as the owner.
    static void checkOwner(Caller caller, Node node) throws FsException {
        if (!owns(caller, node)) {
            throw FsException.miss(Errno.EPERM);
        }
    }

    /// EPERM when the sticky bit of `directory` keeps the caller from taking `victim` out of it.
    static void checkSticky(Caller caller, Node directory, Node victim) throws FsException {
        boolean isSticky = (directory.mode() & STICKY) != 0;
        if (isSticky && !owns(caller, directory) && !owns(caller, victim)) {
            throw FsException.miss(Errno.EPERM);
        }
    }

    /// EPERM when a node has one of the flags `mask`.
    static void checkFlags(Node node, int mask) throws FsException {
        if (node.has(mask)) {
            throw FsException.miss(Errno.EPERM);
        }
    }

    /// EPERM when a node must not be changed except at its end.
    static void checkChangeable(Node node) throws FsException {
        checkFlags(node, NodeFlag.IMMUTABLE | NodeFlag.APPEND_ONLY);
    }

    /// The mode without what a write or a change of owner by somebody unprivileged drops: set-user-ID, and
    /// set-group-ID where the group may execute (without that it marks mandatory locking).
    static int withoutSetIds(int mode) {
        int dropped = (mode & GROUP_EXECUTE) != 0 ? SET_UID | SET_GID : SET_UID;
        return mode & ~dropped;
    }
}
