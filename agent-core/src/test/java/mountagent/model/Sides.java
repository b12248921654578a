package mountagent.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.SettableClock;
import mountagent.meta.MetaStore;
import mountagent.meta.Node;
import org.jspecify.annotations.Nullable;

/// Both sides of a model test: two clients of the system on one volume, and the reference; and how they are compared.
final class Sides {
    /// An operation on the system.
    @FunctionalInterface
    interface Real<T extends @Nullable Object> {
        T run() throws FsException;
    }

    /// The same operation on the reference.
    @FunctionalInterface
    interface Ideal<T extends @Nullable Object> {
        T run() throws Refused;
    }

    /// What the system answered: a value or an error.
    record Answer<T extends @Nullable Object>(
            @Nullable T value, @Nullable FsException error) {
        T got() {
            if (error != null) {
                throw new AssertionError("refused with " + this + ", expected success", error);
            }
            return Objects.requireNonNull(value);
        }

        @Override
        public String toString() {
            return error == null ? String.valueOf(value) : error.errno() + " (" + error.getMessage() + ")";
        }
    }

    final SettableClock clock;
    final List<MetaStore> stores;
    final ModelTree tree;
    final TrashModel trash;
    final NameModel names;
    final RenameModel renames;
    final FileModel files;
    final AttrModel attrs;
    final LockModel locks = new LockModel();
    final Picker pick;
    private final List<Long> touched = new ArrayList<>();

    Sides(SettableClock clock, List<MetaStore> stores, ModelTree tree) {
        this.clock = clock;
        this.stores = stores;
        this.tree = tree;
        this.trash = new TrashModel(tree, this::hourInode);
        this.names = new NameModel(tree, trash);
        this.renames = new RenameModel(tree, names);
        this.files = new FileModel(tree);
        this.attrs = new AttrModel(tree);
        this.pick = new Picker(tree);
    }

    private long hourInode(FileName hour) {
        try {
            return stores.getFirst()
                    .lookup(Caller.AGENT, new DentryKey(ModelTree.TRASH, hour))
                    .inode();
        } catch (FsException missing) {
            throw new AssertionError("the trash has no directory " + hour, missing);
        }
    }

    MetaStore store(int client) {
        return stores.get(client);
    }

    /// Runs an operation on the system. EIO is never an answer here.
    static <T extends @Nullable Object> Answer<T> ask(Real<T> real) {
        try {
            return new Answer<>(real.run(), null);
        } catch (FsException error) {
            if (error.errno() == Errno.EIO) {
                throw new AssertionError("the system failed", error);
            }
            return new Answer<>(null, error);
        }
    }

    /// Runs an operation on the reference and compares whether it may be; null when both refuse, for the same reason.
    static <M> @Nullable M judge(Answer<?> real, Ideal<M> ideal) {
        M expected;
        try {
            expected = ideal.run();
        } catch (Refused refused) {
            FsException error = real.error();
            if (error == null) {
                throw new AssertionError("answered " + real + ", expected one of " + refused.allowed());
            }
            if (!refused.allowed().contains(error.errno())) {
                throw new AssertionError("refused with " + real + ", expected one of " + refused.allowed(), error);
            }
            return null;
        }
        if (real.error() != null) {
            throw new AssertionError("refused with " + real + ", expected success", real.error());
        }
        return expected;
    }

    static void same(String what, @Nullable Object real, @Nullable Object expected) {
        if (!Objects.equals(real, expected)) {
            throw new AssertionError(what + " is\n  " + real + ", expected\n  " + expected);
        }
    }

    /// Notes an inode that the running operation concerns.
    void touch(long... inodes) {
        for (long inode : inodes) {
            touched.add(inode);
        }
    }

    /// Compares the inodes that the operation concerned, as the other client sees them.
    void compareTouched(int client) {
        for (long inode : touched) {
            compareNode(store(1 - client), inode);
        }
        touched.clear();
    }

    void compareNode(MetaStore store, long inode) {
        Answer<Node> real = ask(() -> store.node(inode));
        ModelNode node = tree.nodes.get(inode);
        if (node == null) {
            same(
                    "inode " + inode,
                    real.error() == null ? real.value() : real.error().errno(),
                    Errno.ENOENT);
        } else if (real.value() == null) {
            throw new AssertionError("inode " + inode + " is " + real + ", expected " + node.describe());
        } else {
            compare(inode, real.value(), node);
        }
    }

    /// Compares what is stored of an inode. Where an unlinked inode lay does not matter.
    static void compare(long inode, Node real, ModelNode node) {
        ModelNode shown = new ModelNode(inode, real.type(), real.atime());
        shown.mode = real.mode();
        shown.uid = real.uid();
        shown.gid = real.gid();
        shown.nlink = real.nlink();
        shown.rdev = real.rdev();
        shown.flags = real.flags();
        shown.length = real.length();
        shown.parent = node.nlink == 0 ? node.parent : real.parent();
        shown.mtime = real.mtime();
        shown.ctime = real.ctime();
        same("inode " + inode, shown.describe(), node.describe());
    }
}
