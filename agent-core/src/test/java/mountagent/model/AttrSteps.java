package mountagent.model;

import java.util.TreeSet;
import mountagent.base.AttrChange;
import mountagent.base.AttrChange.TimeChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.FileName;
import mountagent.base.NodeFlag;
import mountagent.base.Timestamp;
import mountagent.base.XattrMode;

/// Operations on attributes, on both sides.
final class AttrSteps {
    private final Sides sides;

    AttrSteps(Sides sides) {
        this.sides = sides;
    }

    void access(MetaOp.Access op) {
        Caller caller = sides.pick.caller(op.who());
        long inode = sides.pick.any(op.node());
        var real = Sides.ask(() -> {
            sides.store(op.client()).access(caller, inode, op.mask());
            return true;
        });
        Sides.judge(real, () -> {
            ModelTree.need(sides.tree.node(inode), caller, op.mask());
            return true;
        });
    }

    void changeMode(MetaOp.ChangeMode op) {
        set(op.client(), op.who(), op.node(), AttrChange.NONE.withMode(NameSteps.mode(op.mode())));
    }

    void changeOwner(MetaOp.ChangeOwner op) {
        int[] ids = {0, 1000, 1001, 2000};
        AttrChange change = op.owner() % 3 == 0 ? AttrChange.NONE : AttrChange.NONE.withUid(ids[op.owner() / 3 % 4]);
        change = op.owner() % 3 == 1 ? change : change.withGid(ids[op.owner() / 12 % 4]);
        change = op.withMode() ? change.withMode(op.owner() / 48 & 07777) : change;
        set(op.client(), op.who(), op.node(), change);
    }

    void changeTimes(MetaOp.ChangeTimes op) {
        AttrChange change = AttrChange.NONE
                .withAtime(time(op.kind() % 3, op.kind()))
                .withMtime(time(op.kind() / 3 % 3, op.kind() + 1));
        set(op.client(), op.who(), op.node(), change);
    }

    private static TimeChange time(int kind, int number) {
        return switch (kind) {
            case 0 -> TimeChange.KEEP;
            case 1 -> TimeChange.NOW;
            default -> TimeChange.to(new Timestamp(number * 10_000L - 4_000_000_000L, number * 953 % 1_000_000_000));
        };
    }

    /// Sets or clears flags; the ones that forbid things are drawn less often than they are cleared.
    void changeFlags(MetaOp.ChangeFlags op) {
        int flags = switch (op.flags()) {
            case 0 -> NodeFlag.IMMUTABLE;
            case 1 -> NodeFlag.APPEND_ONLY;
            case 2, 3 -> NodeFlag.SKIP_TRASH;
            case 4 -> NodeFlag.WINDOWS_ARCHIVE | NodeFlag.WINDOWS_HIDDEN;
            default -> 0;
        };
        set(op.client(), 0, op.node(), AttrChange.NONE.withFlags(flags));
    }

    private void set(int client, int who, int number, AttrChange change) {
        Caller caller = sides.pick.caller(who);
        long inode = sides.pick.any(number);
        if (ModelTree.isTrash(inode)) {
            return; // nobody has a reason to change the trash itself, and what it does is no client's business
        }
        var real = Sides.ask(() -> sides.store(client).setattr(caller, inode, change));
        ModelNode node = Sides.judge(real, () -> sides.attrs.setattr(caller, inode, change));
        if (node != null) {
            Sides.compare(inode, real.got(), node);
        }
        sides.touch(inode);
    }

    void dropSetIds(MetaOp.DropSetIds op) {
        long inode = sides.pick.file(op.node());
        ModelNode node = sides.tree.nodes.get(inode);
        if (node != null && !node.isFile()) {
            return; // only what can be written loses them
        }
        var real = Sides.ask(() -> sides.store(op.client()).dropSetIds(inode));
        Sides.judge(real, () -> sides.attrs.dropSetIds(inode));
        sides.touch(inode);
    }

    void setXattr(MetaOp.SetXattr op) {
        long inode = sides.pick.any(op.node());
        FileName name = sides.pick.xattrName(op.name());
        Bytes value = sides.pick.xattrValue(op.value());
        var real = Sides.ask(() -> {
            sides.store(op.client()).setXattr(Caller.AGENT, inode, name, value, op.mode());
            return true;
        });
        Sides.judge(real, () -> {
            sides.attrs.setXattr(inode, name, value, op.mode());
            return true;
        });
        sides.touch(inode);
    }

    void getXattr(MetaOp.GetXattr op) {
        long inode = sides.pick.any(op.node());
        FileName name = sides.pick.xattrName(op.name());
        var real = Sides.ask(() -> sides.store(op.client()).getXattr(Caller.AGENT, inode, name));
        Bytes value = Sides.judge(real, () -> sides.attrs.getXattr(inode, name));
        Sides.same("value of " + name, real.value(), value);
    }

    void removeXattr(MetaOp.RemoveXattr op) {
        long inode = sides.pick.any(op.node());
        FileName name = sides.pick.xattrName(op.name());
        var real = Sides.ask(() -> {
            sides.store(op.client()).removeXattr(Caller.AGENT, inode, name);
            return true;
        });
        Sides.judge(real, () -> {
            sides.attrs.removeXattr(inode, name);
            return true;
        });
        sides.touch(inode);
    }

    void setAcl(MetaOp.SetAcl op) {
        Caller caller = sides.pick.caller(op.who());
        long inode = op.isDefault() ? sides.pick.directory(op.node()) : sides.pick.any(op.node());
        ModelAcl acl = sides.pick.acl(op.acl());
        FileName name = op.isDefault() ? ModelAcl.DEFAULT : ModelAcl.ACCESS;
        var real = Sides.ask(() -> {
            sides.store(op.client()).setXattr(caller, inode, name, acl.encode(), XattrMode.CREATE_OR_REPLACE);
            return true;
        });
        Sides.judge(real, () -> {
            sides.attrs.setAcl(caller, inode, op.isDefault(), acl);
            return true;
        });
        sides.touch(inode);
    }

    void removeAcl(MetaOp.RemoveAcl op) {
        Caller caller = sides.pick.caller(op.who());
        long inode = sides.pick.any(op.node());
        FileName name = op.isDefault() ? ModelAcl.DEFAULT : ModelAcl.ACCESS;
        var real = Sides.ask(() -> {
            sides.store(op.client()).removeXattr(caller, inode, name);
            return true;
        });
        Sides.judge(real, () -> {
            sides.attrs.removeAcl(caller, inode, op.isDefault());
            return true;
        });
        sides.touch(inode);
    }

    void listXattr(MetaOp.ListXattr op) {
        long inode = sides.pick.any(op.node());
        var real = Sides.ask(() -> sides.store(op.client()).listXattr(Caller.AGENT, inode));
        Sides.same("attributes of " + inode, new TreeSet<>(real.got()), sides.attrs.listXattr(inode));
    }
}
