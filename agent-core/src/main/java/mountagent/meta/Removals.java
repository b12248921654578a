package mountagent.meta;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.meta.MetaStore.Removed;
import org.jspecify.annotations.Nullable;

/// unlink and rmdir (reference: semantics.md §5).
final class Removals {
    private final StoreContext context;
    private final Trash trash;
    private final Disposal disposal;

    Removals(StoreContext context, Trash trash, Disposal disposal) {
        this.context = context;
        this.trash = trash;
        this.disposal = disposal;
    }

    Removed unlink(Caller caller, DentryKey at, long believed, Kept kept) throws FsException {
        Places.checkOld(caller, at);
        if (at.name().isDots()) {
            throw FsException.miss(Errno.EPERM);
        }
        Terms terms = context.terms();
        Removed removed = trash.keeping(terms, at.parent(), kept, hour -> {
            List<Item<?>> beliefs = believed == 0 ? List.of() : Disposal.items(at, believed, hour);
            return context.change(terms, plan(terms, at, hour, beliefs), change -> unlink(change, caller, at, hour));
        });
        return disposal.settle(removed);
    }

    /// Removes an entry of the trash, or of what lies in it, for good. Nothing is done when it has gone already.
    void removeForGood(DentryKey at, FileType type) throws FsException {
        Terms terms = context.terms();
        try {
            Removed removed = context.change(
                    terms,
                    plan(terms, at, Trash.OFF, List.of()),
                    change -> type == FileType.DIRECTORY
                            ? rmdir(change, Caller.AGENT, at, Trash.OFF)
                            : takeExpired(change, at));
            if (removed != null) {
                disposal.settle(removed);
            }
        } catch (FsException failed) {
            if (failed.errno() != Errno.ENOENT) {
                throw failed;
            }
        }
    }

    private @Nullable Removed unlink(Change change, Caller caller, DentryKey at, long hour) throws FsException {
        Node parent = change.directory(at.parent());
        Dentry entry = entry(change, caller, parent, at);
        if (entry.type() == FileType.DIRECTORY) {
            throw FsException.miss(Errno.EPERM);
        }
        Node node = change.find(entry.inode());
        checkTaking(change, caller, parent, node);
        return take(change, at, parent, entry, hour);
    }

    private @Nullable Removed take(Change change, DentryKey at, Node parent, Dentry entry, long hour)
            throws FsException {
        Removed removed = disposal.file(change, at, entry.inode(), change.find(entry.inode()), hour);
        if (removed != null) {
            change.apply(new Mutation.RemoveDentry(at));
            change.touch(at.parent(), parent, 0);
        }
        return removed;
    }

    /// Flags protect what users see. An entry that the trash has kept long enough goes, whatever flags its node has got
    /// through another name since: else that file would keep everything younger in the trash for ever.
    private @Nullable Removed takeExpired(Change change, DentryKey at) throws FsException {
        Node parent = change.directory(at.parent());
        return take(change, at, parent, entry(change, Caller.AGENT, parent, at), Trash.OFF);
    }

    Removed rmdir(Caller caller, DentryKey at, long believed, Kept kept) throws FsException {
        Places.checkOld(caller, at);
        if (at.name().equals(FileName.SELF)) {
            throw FsException.miss(Errno.EINVAL);
        }
        if (at.name().equals(FileName.PARENT)) {
            throw FsException.miss(Errno.ENOTEMPTY);
        }
        Terms terms = context.terms();
        return trash.keeping(terms, at.parent(), kept, hour -> {
            Dentry expected = new Dentry(believed, FileType.DIRECTORY);
            List<Item<?>> beliefs = believed == 0 ? List.of() : Disposal.items(at, expected, hour);
            return context.change(terms, plan(terms, at, hour, beliefs), change -> rmdir(change, caller, at, hour));
        });
    }

    private @Nullable Removed rmdir(Change change, Caller caller, DentryKey at, long hour) throws FsException {
        Node parent = change.directory(at.parent());
        Dentry entry = entry(change, caller, parent, at);
        if (entry.type() != FileType.DIRECTORY) {
            throw FsException.miss(Errno.ENOTDIR);
        }
        Node node = change.find(entry.inode());
        checkTaking(change, caller, parent, node);
        if (change.get(new Item.HasEntries(entry.inode()))) {
            throw FsException.miss(Errno.ENOTEMPTY);
        }
        Removed removed = disposal.directory(change, at, entry.inode(), node, hour);
        if (removed != null) {
            change.apply(new Mutation.RemoveDentry(at));
            change.touch(at.parent(), parent, -1);
        }
        return removed;
    }

    private static ReadPlan plan(Terms terms, DentryKey at, long hour, List<Item<?>> beliefs) {
        Item.DentryAt entry = new Item.DentryAt(at);
        return ReadPlan.of(new ArrayList<>(terms.charging(at.parent(), new Item.NodeOf(at.parent()), entry)))
                .then(first -> {
                    Dentry found = first.get(entry);
                    return found == null ? List.of() : Disposal.items(at, found, hour);
                })
                .believing(beliefs);
    }

    private static Dentry entry(Change change, Caller caller, Node parent, DentryKey at) throws FsException {
        change.check(caller, parent, Permission.EXECUTE);
        Dentry entry = change.get(new Item.DentryAt(at));
        if (entry == null) {
            throw FsException.miss(Errno.ENOENT);
        }
        return entry;
    }

    private static void checkTaking(Change change, Caller caller, Node parent, @Nullable Node node) throws FsException {
        change.check(caller, parent, Permission.WRITE);
        Permission.checkChangeable(parent);
        if (node != null) {
            Permission.checkSticky(caller, parent, node);
            if (!node.isDirectory()) {
                Permission.checkChangeable(node);
            }
        }
    }
}
