package mountagent.meta;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;

/// The place that a copied tree is to appear at.
final class Attach {
    private static final int MODE = 0700;

    private final StoreContext context;
    private final Caller caller;
    private final DentryKey target;

    Attach(StoreContext context, Caller caller, DentryKey target) {
        this.context = context;
        this.caller = caller;
        this.target = target;
    }

    /// A directory that holds nothing but what is being built.
    static Node plainDirectory(Caller caller, Timestamp now) {
        return new NodeDraft(FileType.DIRECTORY)
                .mode(MODE)
                .uid(caller.uid())
                .gid(caller.gid())
                .nlink(2)
                .length(Node.DIRECTORY_LENGTH)
                .times(now)
                .done();
    }

    /// What must be read to place something there.
    List<Item<?>> items(Terms terms) {
        return terms.charging(target.parent(), new Item.NodeOf(target.parent()), new Item.DentryAt(target));
    }

    /// Whether something may be placed there, asked before the work begins.
    void check() throws FsException {
        Item.NodeOf parent = new Item.NodeOf(target.parent());
        Item.DentryAt entry = new Item.DentryAt(target);
        context.read(ReadPlan.of(parent, entry), reader -> {
            Node directory = reader.get(parent);
            if (directory == null) {
                throw FsException.miss(Errno.ENOENT);
            }
            checkFree(directory, reader, entry);
            Permission.check(context.acls(), caller, directory, Permission.WRITE);
            return directory;
        });
    }

    private void checkFree(Node directory, MetaReader reader, Item.DentryAt entry) throws FsException {
        if (!directory.isDirectory()) {
            throw FsException.miss(Errno.ENOTDIR);
        }
        Permission.check(context.acls(), caller, directory, Permission.EXECUTE);
        if (reader.get(entry) != null) {
            throw FsException.miss(Errno.EEXIST);
        }
    }

    /// Makes the entry, and counts what appears with it: `direct` in the statistics of the directory, `tree`
    /// in the
    /// quotas it lies under. The plan has [#items].
    void place(Change change, Dentry entry, DirStat direct, DirStat tree) throws FsException {
        Node directory = change.directory(target.parent());
        checkFree(directory, change, new Item.DentryAt(target));
        Places.checkDirectory(change, caller, directory);
        change.apply(new Mutation.CreateDentry(target, entry));
        change.touch(target.parent(), directory, entry.type() == FileType.DIRECTORY ? 1 : 0);
        change.enter(target.parent(), direct, tree);
    }

    /// Gives a detached directory its entry; `below` is what lies in it.
    void directory(long detached, DirStat below) throws FsException {
        Terms terms = context.terms();
        List<Item<?>> items = new ArrayList<>(items(terms));
        items.add(new Item.NodeOf(detached));
        DirStat direct = new DirStat(0, Sizes.SPACE_UNIT, 1);
        context.change(terms, ReadPlan.of(items), change -> {
            Node node = change.directory(detached);
            place(change, new Dentry(detached, FileType.DIRECTORY), direct, below.plus(direct));
            change.apply(new Mutation.RemoveDetachedNode(detached));
            return change.update(detached, node.edit().parent(target.parent()).done());
        });
    }

    /// Moves the one file of a detached directory to its entry, and removes that directory.
    void onlyFile(long detached, DentryKey place, long inode) throws FsException {
        Terms terms = context.terms();
        List<Item<?>> items = new ArrayList<>(items(terms));
        items.add(new Item.NodeOf(detached));
        items.add(new Item.NodeOf(inode));
        context.change(terms, ReadPlan.of(items), change -> {
            Node outer = change.directory(detached);
            Node file = change.node(inode);
            DirStat use = Change.useOf(file);
            place(change, new Dentry(inode, file.type()), use, use);
            change.apply(new Mutation.RemoveDentry(place));
            change.apply(new Mutation.RemoveNode(detached));
            change.apply(new Mutation.RemoveXattrs(detached));
            change.apply(new Mutation.RemoveDirStat(detached));
            change.apply(new Mutation.RemoveDetachedNode(detached));
            change.charge(outer, -Sizes.SPACE_UNIT, -1);
            return change.update(inode, file.edit().parent(target.parent()).done());
        });
    }
}
