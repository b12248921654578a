package mountagent.meta;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mountagent.base.DentryKey;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.Sizes;
import mountagent.meta.MetaStore.Removed;
import org.jspecify.annotations.Nullable;

/// What becomes of a node whose name is removed, by unlink, rmdir or a rename over it: it goes to the trash, loses a
/// link, is kept alive while it is open here, or goes with its data (reference: semantics.md §5).
///
/// The entry itself and the times of its directory are left to the caller.
final class Disposal {
    private final StoreContext context;

    Disposal(StoreContext context) {
        this.context = context;
    }

    /// What must be read of `inode` before its name `at` is removed; `hour` is where it would be kept.
    static List<Item<?>> items(DentryKey at, long inode, long hour) {
        List<Item<?>> items = new ArrayList<>();
        items.add(new Item.NodeOf(inode));
        if (hour > 0) {
            items.add(new Item.DentryAt(Trash.placeOf(hour, at, inode)));
        }
        return items;
    }

    /// The same for an entry of `type`.
    static List<Item<?>> items(DentryKey at, Dentry entry, long hour) {
        List<Item<?>> items = items(at, entry.inode(), hour);
        if (entry.type() == FileType.DIRECTORY) {
            items.add(new Item.HasEntries(entry.inode()));
        }
        return items;
    }

    /// Disposes of anything but a directory. Null, and nothing done, when `hour` is [Trash#UNKNOWN] and matters.
    @Nullable
    Removed file(Change change, DentryKey at, long inode, @Nullable Node node, long hour) throws FsException {
        if (node == null) {
            return new Removed(inode, 0, false, false);
        }
        boolean mayBeKept = !node.has(NodeFlag.SKIP_TRASH);
        if (mayBeKept && hour == Trash.UNKNOWN) {
            return null;
        }
        change.addTo(at.parent(), Change.negated(Change.useOf(node)));
        if (mayBeKept && keep(change, at, inode, node, hour)) {
            return new Removed(inode, node.length(), false, false);
        }
        if (node.nlink() > 1) {
            if (node.parent() == 0) {
                change.apply(new Mutation.AddParentLink(inode, at.parent(), -1));
            }
            change.update(
                    inode,
                    node.edit().nlink(node.nlink() - 1).ctime(change.now()).done());
            return new Removed(inode, node.length(), false, false);
        }
        if (node.parent() == 0) {
            change.apply(new Mutation.RemoveParentLinks(inode));
        }
        return dropLast(change, inode, node);
    }

    private Removed dropLast(Change change, long inode, Node node) throws FsException {
        long session = context.session();
        if (node.isFile() && session != 0 && context.options().openFiles().isOpen(inode)) {
            change.apply(new Mutation.RemoveXattrs(inode));
            change.update(inode, node.edit().nlink(0).ctime(change.now()).done());
            change.apply(new Mutation.PutSustained(session, inode));
            return new Removed(inode, node.length(), false, true);
        }
        return destroy(change, inode, node);
    }

    private static Removed destroy(Change change, long inode, Node node) throws FsException {
        change.apply(new Mutation.RemoveNode(inode));
        change.apply(new Mutation.RemoveXattrs(inode));
        if (node.type() == FileType.SYMLINK) {
            change.apply(new Mutation.RemoveSymlink(inode));
        }
        if (node.isFile()) {
            change.apply(new Mutation.PutDeletedFile(
                    inode, node.length(), change.now().seconds()));
        }
        change.charge(node, -Change.useOf(node).space(), -1);
        return new Removed(inode, node.length(), node.isFile(), false);
    }

    /// Disposes of an empty directory. Null, and nothing done, when `hour` is [Trash#UNKNOWN] and matters.
    @Nullable
    Removed directory(Change change, DentryKey at, long inode, @Nullable Node node, long hour) throws FsException {
        boolean mayBeKept = node != null && !node.has(NodeFlag.SKIP_TRASH);
        if (mayBeKept && hour == Trash.UNKNOWN) {
            return null;
        }
        change.apply(new Mutation.RemoveDirStat(inode));
        QuotaKey quota = new QuotaKey(QuotaKey.Kind.DIRECTORY, inode);
        if (change.terms().quotas().has(quota)) {
            change.apply(new Mutation.RemoveQuota(quota));
        }
        Removed removed = new Removed(inode, Node.DIRECTORY_LENGTH, false, false);
        if (node == null) {
            return removed;
        }
        change.addTo(at.parent(), Change.negated(Change.useOf(node)));
        if (!mayBeKept || !keep(change, at, inode, node, hour)) {
            change.apply(new Mutation.RemoveNode(inode));
            change.apply(new Mutation.RemoveXattrs(inode));
            change.charge(node, -Sizes.SPACE_UNIT, -1);
        }
        return removed;
    }

    /// Moves a node to the trash, unless there is none or one of its links with this name is there already.
    private static boolean keep(Change change, DentryKey at, long inode, Node node, long hour) throws FsException {
        if (hour == Trash.OFF) {
            return false;
        }
        DentryKey kept = Trash.placeOf(hour, at, inode);
        if (change.get(new Item.DentryAt(kept)) != null) {
            return false;
        }
        NodeDraft after = node.edit().ctime(change.now());
        if (node.parent() == 0) {
            change.apply(new Mutation.AddParentLink(inode, hour, 1));
            change.apply(new Mutation.AddParentLink(inode, at.parent(), -1));
        } else {
            after.parent(hour);
        }
        change.update(inode, after.done());
        change.apply(new Mutation.CreateDentry(kept, new Dentry(inode, node.type())));
        change.addStat(hour, Change.useOf(node));
        return true;
    }

    /// After the commit: notes what this session now keeps alive. When its last handle was closed while the removal was
    /// under way, nobody else would end it, so that is done here.
    Removed settle(Removed removed) throws FsException {
        if (!removed.sustained()) {
            return removed;
        }
        context.keptAlive().add(removed.inode());
        if (context.options().openFiles().isOpen(removed.inode())) {
            return removed;
        }
        return close(removed.inode()).orElse(removed);
    }

    /// Ends an inode that this session kept alive. Costs nothing for any other.
    Optional<Removed> close(long inode) throws FsException {
        if (!context.keptAlive().remove(inode)) {
            return Optional.empty();
        }
        context.unnamed().remove(inode);
        try {
            return release(context.session(), inode);
        } catch (FsException failed) {
            context.keptAlive().add(inode);
            throw failed;
        }
    }

    /// Ends an inode that a session kept alive, unless it has got a name meanwhile.
    Optional<Removed> release(long session, long inode) throws FsException {
        Item.IsSustained kept = new Item.IsSustained(session, inode);
        ReadPlan plan = ReadPlan.of(new Item.NodeOf(inode), kept);
        return context.change(context.terms(), plan, change -> {
            if (!change.get(kept)) {
                return Optional.empty();
            }
            change.apply(new Mutation.RemoveSustained(session, inode));
            Node node = change.find(inode);
            return node == null || node.nlink() > 0 ? Optional.empty() : Optional.of(destroy(change, inode, node));
        });
    }
}
