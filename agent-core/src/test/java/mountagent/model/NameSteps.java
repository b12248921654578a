package mountagent.model;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.meta.Cursor;
import mountagent.meta.MetaStore;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// Operations on names, on both sides.
final class NameSteps {
    private static final List<FileType> TYPES = List.of(
            FileType.FILE,
            FileType.FILE,
            FileType.FILE,
            FileType.FILE,
            FileType.FILE,
            FileType.DIRECTORY,
            FileType.DIRECTORY,
            FileType.DIRECTORY,
            FileType.FIFO,
            FileType.BLOCK_DEVICE,
            FileType.CHARACTER_DEVICE,
            FileType.SOCKET);

    private final Sides sides;

    NameSteps(Sides sides) {
        this.sides = sides;
    }

    void lookup(MetaOp.Lookup op) {
        Caller caller = sides.pick.caller(op.who());
        DentryKey at = sides.pick.existing(op.place(), _ -> true);
        var real = Sides.ask(() -> sides.store(op.client()).lookup(caller, at));
        ModelNode found = Sides.judge(real, () -> sides.tree.lookup(caller, at));
        if (found != null) {
            Sides.same("inode of " + at, real.got().inode(), found.inode);
            Sides.compare(found.inode, real.got().node(), found);
        }
    }

    void make(MetaOp.Make op) {
        Caller caller = sides.pick.caller(op.who());
        DentryKey at = sides.pick.place(op.place());
        FileType type = TYPES.get(op.type() % TYPES.size());
        int mode = mode(op.mode());
        boolean isDevice = type == FileType.BLOCK_DEVICE || type == FileType.CHARACTER_DEVICE;
        NodeSpec spec = new NodeSpec(type, mode, isDevice ? op.mode() : 0);
        var real = Sides.ask(() -> sides.store(op.client()).mknod(caller, at, spec));
        take(real, caller, at, spec, null);
    }

    /// Permission bits of all kinds, common ones more often.
    static int mode(int number) {
        return switch (number % 4) {
            case 0 -> 0777;
            case 1 -> 0644;
            case 2 -> 01777;
            default -> number / 4 & 07777;
        };
    }

    void symlink(MetaOp.Symlink op) {
        Caller caller = sides.pick.caller(op.who());
        DentryKey at = sides.pick.place(op.place());
        Bytes target = Bytes.utf8("t".repeat(1 + op.target() % 4095));
        var real = Sides.ask(() -> sides.store(op.client()).symlink(caller, at, target));
        take(real, caller, at, new NodeSpec(FileType.SYMLINK, 0777, 0), target);
    }

    private void take(
            Sides.Answer<MetaStore.Placed> real, Caller caller, DentryKey at, NodeSpec spec, @Nullable Bytes target) {
        Boolean allowed = Sides.judge(real, () -> {
            sides.names.checkMake(caller, at);
            return true;
        });
        if (allowed != null) {
            long inode = real.got().inode();
            sides.names.make(caller, at, spec.type(), spec.mode(), spec.rdev(), target, inode);
            sides.touch(inode, at.parent());
        }
    }

    void makeUnnamed(MetaOp.MakeUnnamed op) {
        Caller caller = sides.pick.caller(op.who());
        long directory = sides.pick.directory(op.directory());
        NodeSpec spec = NodeSpec.file(mode(op.mode()));
        var real = Sides.ask(() -> sides.store(op.client()).createUnnamed(caller, directory, spec));
        Boolean allowed = Sides.judge(real, () -> {
            sides.names.checkMakeUnnamed(caller, directory);
            return true;
        });
        if (allowed != null) {
            long inode = real.got().inode();
            sides.names.makeUnnamed(op.client(), caller, directory, spec.mode(), inode);
            sides.touch(inode, directory);
        }
    }

    void readlink(MetaOp.Readlink op) {
        long inode = sides.pick.any(op.node());
        var real = Sides.ask(() -> sides.store(op.client()).readlink(inode));
        Bytes target = Sides.judge(real, () -> {
            ModelNode node = sides.tree.node(inode);
            Refused.when(node.target == null, Errno.EINVAL);
            return Objects.requireNonNull(node.target);
        });
        Sides.same("target of " + inode, real.value(), target);
    }

    void link(MetaOp.Link op) {
        Caller caller = sides.pick.caller(op.who());
        long inode = op.node() % 8 == 0 ? sides.pick.unlinked(op.node()) : sides.pick.any(op.node());
        DentryKey to = sides.pick.place(op.place());
        var real = Sides.ask(() -> sides.store(op.client()).link(caller, inode, to));
        Sides.judge(real, () -> {
            sides.names.link(op.client(), caller, inode, to);
            return true;
        });
        sides.touch(inode, to.parent());
    }

    void unlink(MetaOp.Unlink op) {
        Caller caller = sides.pick.caller(op.who());
        DentryKey at = sides.pick.existing(op.place(), node -> !node.isDirectory());
        ModelNode node = sides.tree.child(at);
        long believed = believed(op.believes(), node);
        var real = Sides.ask(() -> sides.store(op.client()).unlink(caller, at, believed));
        compareLost(real.value(), Sides.judge(real, () -> sides.names.unlink(op.client(), caller, at)));
        sides.touch(at.parent());
        touchNode(node);
    }

    void rmdir(MetaOp.Rmdir op) {
        Caller caller = sides.pick.caller(op.who());
        DentryKey at = sides.pick.existing(
                op.place(), node -> node.isDirectory() && (op.place() % 8 == 0 || node.children.isEmpty()));
        ModelNode node = sides.tree.child(at);
        long believed = believed(op.believes(), node);
        var real = Sides.ask(() -> sides.store(op.client()).rmdir(caller, at, believed));
        compareLost(real.value(), Sides.judge(real, () -> sides.names.rmdir(caller, at)));
        sides.touch(at.parent());
        touchNode(node);
    }

    /// What the caller believes behind a name: nothing, or what is there, or (the number is odd) what is not.
    private static long believed(boolean believes, @Nullable ModelNode node) {
        if (!believes || node == null) {
            return 0;
        }
        return node.inode % 5 == 0 ? node.inode + 1 : node.inode;
    }

    void rename(MetaOp.Rename op) {
        Caller caller = sides.pick.caller(op.who());
        DentryKey from = sides.pick.existing(op.from(), _ -> true);
        DentryKey to = op.to() % 2 == 0 ? sides.pick.place(op.to()) : sides.pick.existing(op.to(), _ -> true);
        Set<RenameFlag> flags = flags(op.flags());
        ModelNode node = sides.tree.child(from);
        ModelNode target = sides.tree.child(to);
        long source = believed(op.believes(), node);
        long goal = believed(op.believes(), target);
        var real = Sides.ask(() -> sides.store(op.client()).rename(caller, from, to, flags, source, goal));
        RenameModel.Moved moved = Sides.judge(real, () -> sides.renames.rename(op.client(), caller, from, to, flags));
        if (moved != null) {
            Sides.same("moved inode", real.got().moved(), moved.inode());
            compareLost(real.got().replaced(), moved.replaced());
        }
        sides.touch(from.parent(), to.parent());
        touchNode(node);
        touchNode(target);
    }

    private static Set<RenameFlag> flags(int number) {
        return switch (number) {
            case 0, 1 -> EnumSet.of(RenameFlag.NO_REPLACE);
            case 2, 3, 4 -> EnumSet.of(RenameFlag.EXCHANGE);
            case 5 -> number % 2 == 0 ? EnumSet.of(RenameFlag.WHITEOUT) : EnumSet.allOf(RenameFlag.class);
            default -> EnumSet.noneOf(RenameFlag.class);
        };
    }

    private void touchNode(@Nullable ModelNode node) {
        if (node != null) {
            sides.touch(node.inode);
        }
    }

    /// Only of files does it matter what becomes of their data.
    private static void compareLost(MetaStore.@Nullable Removed real, NameModel.@Nullable Lost lost) {
        if (real == null || lost == null) {
            Sides.same("removed", real, lost);
            return;
        }
        Sides.same("removed inode", real.inode(), lost.inode());
        if (lost.type() == FileType.FILE) {
            Sides.same(
                    "removed",
                    real,
                    new MetaStore.Removed(lost.inode(), lost.length(), lost.unlinked(), lost.sustained()));
        }
    }

    void list(MetaOp.List op) {
        long directory = sides.pick.directory(op.directory());
        ModelNode node = sides.tree.nodes.get(directory);
        if (node == null || !node.isDirectory()) {
            return;
        }
        Scan.Detail detail = op.withNodes() ? Scan.Detail.NODES : Scan.Detail.NAMES;
        var real = Sides.ask(() -> all(sides.store(op.client()), directory, detail, op.limit()));
        TreeMap<FileName, Long> listed = new TreeMap<>();
        for (Scan.DirEntry entry : real.got()) {
            Sides.same(
                    "listed twice: " + entry.name(),
                    listed.put(entry.name(), entry.dentry().inode()),
                    null);
            ModelNode child = sides.tree.nodes.get(entry.dentry().inode());
            if (child != null) {
                Sides.same("type of " + entry.name(), entry.dentry().type(), child.type);
                if (entry.node() != null) {
                    Sides.compare(child.inode, entry.node(), child);
                } else {
                    Sides.same("node listed with " + entry.name(), op.withNodes(), false);
                }
            }
        }
        Sides.same("entries of " + directory, listed, node.children);
    }

    private static List<Scan.DirEntry> all(MetaStore store, long directory, Scan.Detail detail, int limit)
            throws FsException {
        List<Scan.DirEntry> entries = new ArrayList<>();
        Cursor at = Cursor.START;
        while (at != null) {
            Page<Scan.DirEntry> page = store.list(directory, detail, at, limit);
            Sides.same("entries in a page of " + limit, page.records().size() <= limit, true);
            entries.addAll(page.records());
            at = page.next();
        }
        return entries;
    }
}
