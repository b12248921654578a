package mountagent.meta;

import java.util.OptionalInt;
import mountagent.base.AttrChange;
import mountagent.base.AttrChange.TimeChange;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import org.jspecify.annotations.Nullable;

/// Changes of mode, owner, group, times and flags (reference: semantics.md §3). Times follow utimensat(2): setting one
/// needs the owner (EPERM), moving both to now the owner or write permission (EACCES).
final class Attributes {
    private static final int MODE_BITS = 07777;
    private static final long SECONDS_A_DAY = 86_400;

    private final StoreContext context;

    Attributes(StoreContext context) {
        this.context = context;
    }

    Node setattr(Caller caller, long inode, AttrChange change) throws FsException {
        if (isEmpty(change)) {
            Item.NodeOf item = new Item.NodeOf(inode);
            return present(context.read(ReadPlan.of(item), reader -> reader.get(item)));
        }
        if (Inodes.isTrash(inode)) {
            throw FsException.miss(Errno.EPERM);
        }
        return context.change(context.terms(), ReadPlan.of(new Item.NodeOf(inode)), run -> {
            Node node = run.node(inode);
            if (Inodes.isTrashed(node)) {
                throw FsException.miss(Errno.EPERM);
            }
            Node after = changed(run, caller, node, change);
            chargeOwner(run, node, after);
            return run.update(inode, after);
        });
    }

    private static Node present(@Nullable Node node) throws FsException {
        if (node == null) {
            throw FsException.miss(Errno.ENOENT);
        }
        return node;
    }

    private static boolean isEmpty(AttrChange change) {
        return change.mode().isEmpty()
                && change.uid().isEmpty()
                && change.gid().isEmpty()
                && change.flags().isEmpty()
                && change.atime().kind() == TimeChange.Kind.KEEP
                && change.mtime().kind() == TimeChange.Kind.KEEP;
    }

    private static Node changed(Change run, Caller caller, Node node, AttrChange change) throws FsException {
        NodeDraft draft = node.edit().ctime(run.now());
        changeOwner(caller, node, change, draft);
        changeMode(run, caller, node, change, draft);
        changeTimes(run, caller, node, change, draft);
        if (change.flags().isPresent()) {
            Permission.checkOwner(caller, node);
            draft.flags(change.flags().getAsInt());
        }
        return draft.done();
    }

    private static void changeOwner(Caller caller, Node node, AttrChange change, NodeDraft draft) throws FsException {
        if (change.uid().isEmpty() && change.gid().isEmpty()) {
            return;
        }
        Permission.checkOwner(caller, node);
        int uid = change.uid().orElse(node.uid());
        int gid = change.gid().orElse(node.gid());
        boolean mayTakeGroup = gid == node.gid() || caller.isMember(gid);
        if (caller.isChecked() && (uid != node.uid() || !mayTakeGroup)) {
            throw FsException.miss(Errno.EPERM);
        }
        draft.uid(uid).gid(gid);
        if (!node.isDirectory()) {
            boolean keepsGroupBit = caller.isRoot() && (node.mode() & Permission.GROUP_EXECUTE) == 0;
            int dropped = keepsGroupBit ? Permission.SET_UID : Permission.SET_UID | Permission.SET_GID;
            draft.mode(node.mode() & ~dropped);
        }
    }

    /// A mode given with a change of owner is taken as it is: whoever sends both has seen to the bits. The access list
    /// follows the mode.
    private static void changeMode(Change run, Caller caller, Node node, AttrChange change, NodeDraft draft)
            throws FsException {
        OptionalInt asked = change.mode();
        if (asked.isEmpty()) {
            return;
        }
        Permission.checkOwner(caller, node);
        int mode = asked.getAsInt() & MODE_BITS;
        boolean isForeign = caller.isChecked() && !caller.isMember(change.gid().orElse(node.gid()));
        draft.mode(isForeign ? mode & ~Permission.SET_GID : mode);
        if (node.accessAcl() != 0) {
            AclRule rule = run.acls().rule(node.accessAcl());
            draft.accessAcl(run.acls().numberOf(rule.withMode(mode), node.accessAcl()));
        }
    }

    private static void changeTimes(Change run, Caller caller, Node node, AttrChange change, NodeDraft draft)
            throws FsException {
        Timestamp now = run.now();
        TimeChange.Kind atime = change.atime().kind();
        TimeChange.Kind mtime = change.mtime().kind();
        if (atime == TimeChange.Kind.KEEP && mtime == TimeChange.Kind.KEEP) {
            return;
        }
        boolean onlyNow = atime == TimeChange.Kind.NOW && mtime == TimeChange.Kind.NOW;
        if (!onlyNow) {
            Permission.checkOwner(caller, node);
        } else if (!Permission.owns(caller, node)) {
            run.check(caller, node, Permission.WRITE);
        }
        draft.atime(time(change.atime(), node.atime(), now));
        draft.mtime(time(change.mtime(), node.mtime(), now));
    }

    private static Timestamp time(TimeChange change, Timestamp before, Timestamp now) {
        Timestamp explicit = change.explicit();
        return switch (change.kind()) {
            case KEEP -> before;
            case NOW -> now;
            case SET -> explicit == null ? now : explicit;
        };
    }

    private static void chargeOwner(Change run, Node before, Node after) throws FsException {
        DirStat use = Change.useOf(before);
        if (before.uid() != after.uid()) {
            run.charge(new QuotaKey(QuotaKey.Kind.USER, Integer.toUnsignedLong(before.uid())), -use.space(), -1);
            run.charge(new QuotaKey(QuotaKey.Kind.USER, Integer.toUnsignedLong(after.uid())), use.space(), 1);
        }
        if (before.gid() != after.gid()) {
            run.charge(new QuotaKey(QuotaKey.Kind.GROUP, Integer.toUnsignedLong(before.gid())), -use.space(), -1);
            run.charge(new QuotaKey(QuotaKey.Kind.GROUP, Integer.toUnsignedLong(after.gid())), use.space(), 1);
        }
    }

    Node dropSetIds(long inode) throws FsException {
        return context.change(context.terms(), ReadPlan.of(new Item.NodeOf(inode)), run -> {
            Node node = run.node(inode);
            int mode = Permission.withoutSetIds(node.mode());
            return mode == node.mode()
                    ? node
                    : run.update(inode, node.edit().mode(mode).ctime(run.now()).done());
        });
    }

    boolean keepsAccessTimes() {
        return context.options().atimeMode() != AtimeMode.NOATIME
                && !context.options().readOnly();
    }

    /// Moves atime when its mode says so (reference: semantics.md §14); looks before it writes.
    void touchAtime(long inode) throws FsException {
        if (!keepsAccessTimes()) {
            return;
        }
        Item.NodeOf item = new Item.NodeOf(inode);
        Node seen = context.read(ReadPlan.of(item), reader -> reader.get(item));
        if (seen == null || !isAtimeDue(seen, context.now())) {
            return;
        }
        context.change(context.terms(), ReadPlan.of(item), run -> {
            Node node = run.find(inode);
            if (node != null && isAtimeDue(node, run.now())) {
                run.update(inode, node.edit().atime(run.now()).done());
            }
            return inode;
        });
    }

    private boolean isAtimeDue(Node node, Timestamp now) {
        long age = now.seconds() - node.atime().seconds();
        boolean isOlder =
                node.atime().compareTo(node.mtime()) < 0 || node.atime().compareTo(node.ctime()) < 0;
        return isOlder || age >= (context.options().atimeMode() == AtimeMode.STRICTATIME ? 1 : SECONDS_A_DAY);
    }
}
