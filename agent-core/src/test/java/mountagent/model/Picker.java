package mountagent.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;

/// Turns the numbers of an operation into callers, inodes and places of the live tree.
final class Picker {
    static final List<Caller> CALLERS = List.of(
            Caller.AGENT,
            new Caller(0, 0, List.of(), 1, 022, Caller.Checks.CORE),
            new Caller(1000, 1000, List.of(1000), 2, 022, Caller.Checks.CORE),
            new Caller(1001, 1001, List.of(1001, 1000), 3, 0, Caller.Checks.CORE),
            new Caller(1002, 1002, List.of(1002), 4, 077, Caller.Checks.CORE),
            new Caller(1000, 1000, List.of(1000), 5, 0, Caller.Checks.KERNEL));

    private static final List<FileName> NAMES = names();
    private static final List<FileName> ODD_NAMES = List.of(
            FileName.SELF,
            FileName.PARENT,
            ModelTree.TRASH_NAME,
            FileName.of(""),
            FileName.of("with/slash"),
            FileName.of("with\0nul"),
            FileName.of("x".repeat(256)));

    /// What programs set: nothing, no more than a mode, a mask alone, named users and groups with and without the rest.
    private static final List<ModelAcl> ACLS = List.of(
            ModelAcl.of(),
            ModelAcl.of(1, 7, -1, 4, 5, -1, 32, 0, -1),
            ModelAcl.of(1, 6, -1, 4, 7, -1, 16, 5, -1, 32, 4, -1),
            ModelAcl.of(1, 7, -1, 2, 7, 1000, 2, 3, 1001, 4, 5, -1, 16, 7, -1, 32, 1, -1),
            ModelAcl.of(1, 7, -1, 4, 0, -1, 8, 7, 1000, 8, 1, 1002, 16, 6, -1, 32, 7, -1),
            ModelAcl.of(1, 7, -1, 2, 7, 1002, 4, 7, -1, 8, 4, 1001, 16, 3, -1, 32, 3, -1),
            ModelAcl.of(2, 6, 1001, 16, 7, -1),
            ModelAcl.of(1, 7, -1, 2, 7, 1001, 4, 7, -1, 16, 0, -1, 32, 7, -1));

    private final ModelTree tree;

    Picker(ModelTree tree) {
        this.tree = tree;
    }

    private static List<FileName> names() {
        List<FileName> names = new ArrayList<>();
        for (String plain : List.of("a", "b", "c", "d", "e", "ein Name", "Ärger", "zeile\nzwei")) {
            names.add(FileName.of(plain));
        }
        names.add(FileName.of(new byte[] {(byte) 0xff, (byte) 0xfe, 1}));
        names.add(FileName.of("n".repeat(255)));
        return names;
    }

    ModelAcl acl(int number) {
        return ACLS.get(number % ACLS.size());
    }

    Caller caller(int number) {
        return CALLERS.get(number % CALLERS.size());
    }

    /// Any inode, now and then one that is gone or never was.
    long any(int number) {
        return inode(number, _ -> true);
    }

    /// Mostly a file.
    long file(int number) {
        return inode(number, ModelNode::isFile);
    }

    /// Mostly a file without a name.
    long unlinked(int number) {
        return inode(number, node -> node.nlink == 0);
    }

    /// Mostly a directory.
    long directory(int number) {
        return inode(number, ModelNode::isDirectory);
    }

    /// Mostly a directory outside the trash, the root more often than others.
    private long parent(int number) {
        return number % 5 == 0
                ? ModelTree.ROOT
                : inode(number, node -> node.isDirectory() && !ModelTree.isTrash(node.inode));
    }

    private long inode(int number, Predicate<ModelNode> wanted) {
        int which = number / 64;
        if (number % 64 == 1 && !tree.gone().isEmpty()) {
            return tree.gone().get(which % tree.gone().size());
        }
        if (number % 64 == 2) {
            return new ArrayList<>(tree.nodes.keySet()).get(which % tree.nodes.size());
        }
        List<Long> fitting = new ArrayList<>();
        for (ModelNode node : tree.nodes.values()) {
            if (wanted.test(node)) {
                fitting.add(node.inode);
            }
        }
        return fitting.isEmpty() ? ModelTree.ROOT : fitting.get(which % fitting.size());
    }

    /// A place for something new: mostly a plain name.
    DentryKey place(int number) {
        int which = number / 256;
        FileName name = number % 97 == 0 ? ODD_NAMES.get(which % ODD_NAMES.size()) : NAMES.get(which % NAMES.size());
        return new DentryKey(parent(number), name);
    }

    /// Mostly a place where there is something that fits `wanted`; now and then in the trash.
    DentryKey existing(int number, Predicate<ModelNode> wanted) {
        if (number % 16 == 0) {
            return place(number);
        }
        List<DentryKey> fitting = new ArrayList<>();
        boolean alsoTrash = number % 16 == 1;
        for (ModelNode node : tree.nodes.values()) {
            if (node.isDirectory() && (alsoTrash || !ModelTree.isTrash(node.inode))) {
                node.children.forEach((name, inode) -> {
                    if (wanted.test(tree.nodes.get(inode))) {
                        fitting.add(new DentryKey(node.inode, name));
                    }
                });
            }
        }
        return fitting.isEmpty() ? place(number) : fitting.get(number / 16 % fitting.size());
    }

    FileName xattrName(int number) {
        return FileName.of("user.x" + number);
    }

    Bytes xattrValue(int number) {
        return Bytes.of(new byte[number % 300]);
    }
}
