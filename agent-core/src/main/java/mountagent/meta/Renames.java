package mountagent.meta;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.RenameFlag;
import mountagent.meta.MetaStore.Removed;
import mountagent.meta.MetaStore.Renamed;
import org.jspecify.annotations.Nullable;

/// rename with its flags (reference: semantics.md §6).
///
/// Unlike the official client it looks at all directories above the target before a directory moves, and
/// refuses to move one below itself with EINVAL; sticky bits answer EPERM.
final class Renames {
    private final StoreContext context;
    private final Trash trash;
    private final Disposal disposal;
    private final Subtrees subtrees;

    Renames(StoreContext context, Trash trash, Disposal disposal) {
        this.context = context;
        this.trash = trash;
        this.disposal = disposal;
        subtrees = new Subtrees(context);
    }

    /// What a rename is asked for.
    private record Order(Caller caller, DentryKey from, DentryKey to, Set<RenameFlag> flags) {
        boolean exchanges() {
            return flags.contains(RenameFlag.EXCHANGE);
        }

        boolean replaces() {
            return !flags.contains(RenameFlag.NO_REPLACE);
        }

        boolean crosses() {
            return from.parent() != to.parent();
        }
    }

    /// An end of a rename as the transaction found it: a place, its entry, the node behind it.
    private record End(DentryKey at, Dentry entry, @Nullable Node node) {
        boolean isDirectory() {
            return entry.type() == FileType.DIRECTORY;
        }
    }

    /// All that the transaction found; `target` is null when the new name is free.
    private record Scene(
            Order order,
            Node fromParent,
            Node toParent,
            End source,
            @Nullable End target) {
        Node parentOf(End end) {
            return end.at.equals(order.from) ? fromParent : toParent;
        }
    }

    Renamed rename(
            Caller caller,
            DentryKey from,
            DentryKey to,
            Set<RenameFlag> flags,
            long believedSource,
            long believedTarget)
            throws FsException {
        Order order = new Order(caller, from, to, flags);
        checkOrder(order);
        Terms terms = context.terms();
        Subtrees.Weights weights = subtrees.weigh(terms, from, to);
        Renamed renamed = trash.keeping(terms, to.parent(), hour -> {
            ReadPlan plan = plan(terms, order, hour).believing(beliefs(to, believedSource, believedTarget, hour));
            return context.change(terms, plan, change -> rename(change, order, weights, hour));
        });
        Removed replaced = renamed.replaced();
        return replaced == null ? renamed : new Renamed(renamed.moved(), disposal.settle(replaced));
    }

    private static void checkOrder(Order order) throws FsException {
        if (order.flags.contains(RenameFlag.WHITEOUT)) {
            throw new FsException(Errno.ENOTSUP, "a rename that leaves a whiteout is not supported");
        }
        if (order.exchanges() && !order.replaces()) {
            throw new FsException(Errno.EINVAL, "a rename cannot both exchange and not replace");
        }
        Places.checkOld(order.caller, order.from);
        if (order.exchanges() && Inodes.isTrash(order.from.parent())) {
            throw FsException.miss(Errno.EPERM);
        }
        if (order.from.name().isDots() || order.to.name().isDots()) {
            throw FsException.miss(Errno.EINVAL);
        }
        Places.checkNew(order.to);
    }

    private static List<Item<?>> beliefs(DentryKey to, long source, long target, long hour) {
        List<Item<?>> items = new ArrayList<>();
        if (source != 0) {
            items.add(new Item.NodeOf(source));
        }
        if (target != 0) {
            items.addAll(Disposal.items(to, target, hour));
            items.add(new Item.HasEntries(target));
        }
        return items;
    }

    private static ReadPlan plan(Terms terms, Order order, long hour) {
        Item.DentryAt source = new Item.DentryAt(order.from);
        Item.DentryAt target = new Item.DentryAt(order.to);
        List<Item<?>> first = terms.charging(order.from.parent(), new Item.NodeOf(order.from.parent()), source, target);
        if (order.crosses()) {
            first.addAll(terms.charging(order.to.parent(), new Item.NodeOf(order.to.parent())));
        }
        return ReadPlan.of(first).then(reader -> {
            Dentry moved = reader.get(source);
            Dentry replaced = reader.get(target);
            List<Item<?>> second = new ArrayList<>();
            if (moved != null) {
                second.add(new Item.NodeOf(moved.inode()));
                if (replaced != null && replaced.inode() != moved.inode()) {
                    second.addAll(Disposal.items(order.to, replaced, hour));
                }
                addAncestors(second, order, moved, replaced);
            }
            return second;
        });
    }

    private static void addAncestors(List<Item<?>> items, Order order, Dentry moved, @Nullable Dentry replaced) {
        if (!order.crosses()) {
            return;
        }
        if (moved.type() == FileType.DIRECTORY) {
            items.add(new Item.Ancestors(order.to.parent()));
        }
        if (order.exchanges() && replaced != null && replaced.type() == FileType.DIRECTORY) {
            items.add(new Item.Ancestors(order.from.parent()));
        }
    }

    private @Nullable Renamed rename(Change change, Order order, Subtrees.Weights weights, long hour)
            throws FsException {
        Node fromParent = parent(change, order.caller, order.from);
        Node toParent = parent(change, order.caller, order.to);
        Dentry moved = change.get(new Item.DentryAt(order.from));
        Dentry replaced = change.get(new Item.DentryAt(order.to));
        if (moved == null || replaced == null && order.exchanges()) {
            throw FsException.miss(Errno.ENOENT);
        }
        boolean isSame = replaced != null && replaced.inode() == moved.inode();
        if (replaced != null && !order.replaces() && !order.from.equals(order.to)) {
            throw FsException.miss(Errno.EEXIST);
        }
        if (isSame) {
            return new Renamed(moved.inode(), null);
        }
        End source = new End(order.from, moved, change.node(moved.inode()));
        End target = replaced == null ? null : new End(order.to, replaced, change.find(replaced.inode()));
        Scene scene = new Scene(order, fromParent, toParent, source, target);
        checkRights(change, scene);
        if (order.exchanges() && target != null) {
            exchange(change, scene, target, weights);
            return new Renamed(moved.inode(), null);
        }
        return replace(change, scene, weights, hour);
    }

    private static Node parent(Change change, Caller caller, DentryKey at) throws FsException {
        Node parent = change.directory(at.parent());
        change.check(caller, parent, Permission.EXECUTE);
        return parent;
    }

    private static void checkRights(Change change, Scene scene) throws FsException {
        Order order = scene.order;
        End target = scene.target;
        End replaced = order.exchanges() ? null : target;
        if (replaced != null && scene.source.isDirectory() != replaced.isDirectory()) {
            throw FsException.miss(scene.source.isDirectory() ? Errno.ENOTDIR : Errno.EISDIR);
        }
        if (Inodes.isTrashed(scene.toParent) && !order.flags.contains(RenameFlag.RESTORE)) {
            throw FsException.miss(Errno.ENOENT);
        }
        change.check(order.caller, scene.fromParent, Permission.WRITE);
        change.check(order.caller, scene.toParent, Permission.WRITE);
        if (order.crosses()) {
            checkNotBelow(change, scene.source, order.to.parent());
            if (order.exchanges() && target != null) {
                checkNotBelow(change, target, order.from.parent());
            }
        }
        Permission.checkChangeable(scene.fromParent);
        Permission.checkFlags(scene.toParent, NodeFlag.IMMUTABLE);
        checkTaking(change, scene, scene.source);
        if (target != null) {
            checkTaking(change, scene, target);
        }
        if (replaced != null && replaced.isDirectory() && change.get(new Item.HasEntries(replaced.entry.inode()))) {
            throw FsException.miss(Errno.ENOTEMPTY);
        }
    }

    /// The node at an end may be taken from its place: its flags allow it, the sticky bit does, and a
    /// directory that gets another parent may be written.
    private static void checkTaking(Change change, Scene scene, End end) throws FsException {
        if (end.node == null) {
            return;
        }
        Order order = scene.order;
        Permission.checkChangeable(end.node);
        Permission.checkSticky(order.caller, scene.parentOf(end), end.node);
        boolean isMoved = end.at.equals(order.from) || order.exchanges();
        if (isMoved && order.crosses() && end.isDirectory()) {
            change.check(order.caller, end.node, Permission.WRITE);
        }
    }

    private static void checkNotBelow(Change change, End moved, long directory) throws FsException {
        if (moved.isDirectory() && change.get(new Item.Ancestors(directory)).contains(moved.entry.inode())) {
            throw FsException.miss(Errno.EINVAL);
        }
    }

    private @Nullable Renamed replace(Change change, Scene scene, Subtrees.Weights weights, long hour)
            throws FsException {
        Order order = scene.order;
        End source = scene.source;
        End target = scene.target;
        Removed removed = null;
        if (target == null) {
            change.apply(new Mutation.CreateDentry(order.to, source.entry));
        } else {
            removed = target.isDirectory()
                    ? disposal.directory(change, order.to, target.entry.inode(), target.node, hour)
                    : disposal.file(change, order.to, target.entry.inode(), target.node, hour);
            if (removed == null) {
                return null;
            }
            change.apply(new Mutation.ReplaceDentry(order.to, source.entry));
        }
        change.apply(new Mutation.RemoveDentry(order.from));
        move(change, order, source, order.to.parent());
        if (order.crosses()) {
            change.move(order.from.parent(), order.to.parent(), useOf(source), weightOf(source, weights));
        }
        int movedLinks = source.isDirectory() && order.crosses() ? 1 : 0;
        int lostLinks = target != null && target.isDirectory() ? 1 : 0;
        touch(change, scene, -movedLinks, movedLinks - lostLinks);
        return new Renamed(source.entry.inode(), removed);
    }

    private static void exchange(Change change, Scene scene, End target, Subtrees.Weights weights) throws FsException {
        Order order = scene.order;
        End source = scene.source;
        change.apply(new Mutation.ReplaceDentry(order.to, source.entry));
        change.apply(new Mutation.ReplaceDentry(order.from, target.entry));
        move(change, order, source, order.to.parent());
        move(change, order, target, order.from.parent());
        if (order.crosses()) {
            DirStat direct = useOf(source).plus(Change.negated(useOf(target)));
            DirStat tree = weightOf(source, weights).plus(Change.negated(weightOf(target, weights)));
            change.move(order.from.parent(), order.to.parent(), direct, tree);
        }
        int links = (target.isDirectory() ? 1 : 0) - (source.isDirectory() ? 1 : 0);
        touch(change, scene, links, -links);
    }

    private static DirStat useOf(End end) {
        return end.node == null ? DirStat.ZERO : Change.useOf(end.node);
    }

    private static DirStat weightOf(End end, Subtrees.Weights weights) {
        return end.node == null ? DirStat.ZERO : weights.of(end.entry.inode(), end.node);
    }

    private static void touch(Change change, Scene scene, int fromLinks, int toLinks) {
        Order order = scene.order;
        if (order.crosses()) {
            change.touch(order.from.parent(), scene.fromParent, fromLinks);
            change.touch(order.to.parent(), scene.toParent, toLinks);
        } else {
            change.touch(order.from.parent(), scene.fromParent, fromLinks + toLinks);
        }
    }

    /// Gives the node at an end its new time and parent.
    private static void move(Change change, Order order, End end, long parent) {
        long inode = end.entry.inode();
        Node node = end.node;
        if (node == null) {
            return;
        }
        NodeDraft after = node.edit().ctime(change.now());
        if (order.crosses() && node.parent() == 0) {
            change.apply(new Mutation.AddParentLink(inode, parent, 1));
            change.apply(new Mutation.AddParentLink(inode, end.at.parent(), -1));
        } else if (order.crosses()) {
            after.parent(parent);
        }
        change.update(inode, after.done());
    }
}
