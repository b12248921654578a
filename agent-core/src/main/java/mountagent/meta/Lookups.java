package mountagent.meta;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.meta.MetaStore.Placed;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finding nodes by name and by number, and whether they may be opened (reference: semantics.md §2, §8, §10).
final class Lookups {
    private static final Logger LOG = LoggerFactory.getLogger(Lookups.class);

    private final StoreContext context;

    Lookups(StoreContext context) {
        this.context = context;
    }

    Placed lookup(Caller caller, DentryKey at) throws FsException {
        at.name().checkLength();
        if (at.name().isDots()) {
            return lookupDots(caller, at);
        }
        if (Places.isTrashName(at)) {
            return lookupTrash(caller);
        }
        Item.DentryAt entry = new Item.DentryAt(at);
        Item.NodeOf directory = new Item.NodeOf(at.parent());
        boolean looksAtDirectory = caller.checks() == Caller.Checks.CORE;
        ReadPlan plan = ReadPlan.of(looksAtDirectory ? List.<Item<?>>of(entry, directory) : List.<Item<?>>of(entry))
                .then(first -> nodeBehind(first.get(entry)));
        return context.read(plan, reader -> {
            if (looksAtDirectory) {
                checkSearch(caller, reader.get(directory));
            }
            return placed(reader, at.parent(), reader.get(entry));
        });
    }

    private static List<Item<?>> nodeBehind(@Nullable Dentry entry) {
        return entry == null ? List.of() : List.of(new Item.NodeOf(entry.inode()));
    }

    private void checkSearch(Caller caller, @Nullable Node directory) throws FsException {
        if (directory == null) {
            throw FsException.miss(Errno.ENOENT);
        }
        if (!directory.isDirectory()) {
            throw FsException.miss(Errno.ENOTDIR);
        }
        Permission.check(context.acls(), caller, directory, Permission.EXECUTE);
    }

    /// An entry whose node is missing shows as an empty node of its type, so that it can be removed.
    private static Placed placed(MetaReader reader, long parent, @Nullable Dentry entry) throws FsException {
        if (entry == null) {
            throw FsException.miss(Errno.ENOENT);
        }
        Node node = reader.get(new Item.NodeOf(entry.inode()));
        return new Placed(
                entry.inode(),
                node != null ? node : new NodeDraft(entry.type()).parent(parent).done());
    }

    private Placed lookupTrash(Caller caller) throws FsException {
        Item.NodeOf root = new Item.NodeOf(Inodes.ROOT);
        Item.NodeOf trash = new Item.NodeOf(Inodes.TRASH_ROOT);
        return context.read(ReadPlan.of(root, trash), reader -> {
            checkSearch(caller, reader.get(root));
            return found(Inodes.TRASH_ROOT, reader.get(trash));
        });
    }

    private Placed lookupDots(Caller caller, DentryKey at) throws FsException {
        Item.NodeOf self = new Item.NodeOf(at.parent());
        boolean up = at.name().equals(FileName.PARENT);
        ReadPlan plan = ReadPlan.of(self).then(first -> {
            Node node = first.get(self);
            return up && node != null ? List.of(new Item.NodeOf(node.parent())) : List.of();
        });
        return context.read(plan, reader -> {
            Node node = reader.get(self);
            checkSearch(caller, node);
            if (!up || node == null) {
                return found(at.parent(), node);
            }
            return found(node.parent(), reader.get(new Item.NodeOf(node.parent())));
        });
    }

    private static Placed found(long inode, @Nullable Node node) throws FsException {
        if (node == null) {
            throw FsException.miss(Errno.ENOENT);
        }
        return new Placed(inode, node);
    }

    Node node(long inode) throws FsException {
        Item.NodeOf item = new Item.NodeOf(inode);
        return context.read(
                ReadPlan.of(item), reader -> found(inode, reader.get(item)).node());
    }

    /// The node as others have left it by now, for whoever goes on from its length.
    Node latestNode(long inode) throws FsException {
        Item.NodeOf item = new Item.NodeOf(inode);
        return context.read(
                ReadPlan.of(item).latest(),
                reader -> found(inode, reader.get(item)).node());
    }

    void access(Caller caller, long inode, int mask) throws FsException {
        permitted(caller, inode, mask, _ -> {});
    }

    @FunctionalInterface
    private interface NodeCheck {
        void check(Node node) throws FsException;
    }

    /// The node, if it passes `first` and the caller has the rights `mask` to it. Asked while it is read, since an
    /// access list may have to be learned for the answer.
    private Node permitted(Caller caller, long inode, int mask, NodeCheck first) throws FsException {
        Item.NodeOf item = new Item.NodeOf(inode);
        return context.read(
                ReadPlan.of(item), reader -> permitted(caller, found(inode, reader.get(item)), mask, first));
    }

    private Node permitted(Caller caller, Placed found, int mask, NodeCheck first) throws FsException {
        Node node = found.node();
        first.check(node);
        Permission.check(context.acls(), caller, node, mask);
        return node;
    }

    MetaStore.OpenedNode checkOpen(Caller caller, long inode, OpenIntent intent, MetaStore.FirstChunk chunk)
            throws FsException {
        if (intent.changes()) {
            context.checkWritable();
        }
        Item.NodeOf item = new Item.NodeOf(inode);
        Item.SlicesOf first = new Item.SlicesOf(new ChunkKey(inode, 0));
        boolean wantsChunk = chunk == MetaStore.FirstChunk.READ;
        // Who opens a file sees what was closed before, and appends behind that.
        ReadPlan plan =
                ReadPlan.of(wantsChunk ? List.of(item, first) : List.of(item)).latest();
        MetaStore.OpenedNode opened = context.read(plan, reader -> {
            Node node = permitted(caller, found(inode, reader.get(item)), intent.mask(), found -> {
                if (found.isDirectory() && intent.changes()) {
                    throw FsException.miss(Errno.EISDIR);
                }
            });
            return new MetaStore.OpenedNode(node, wantsChunk && node.isFile() ? slices(reader, first) : null);
        });
        checkFlags(opened.node(), intent);
        return opened;
    }

    /// The records of a chunk; null when they cannot be understood: a file that is damaged can be opened, and whoever
    /// reads there is told.
    private static @Nullable List<Slice> slices(MetaReader reader, Item.SlicesOf item) {
        try {
            return reader.get(item);
        } catch (FsException e) {
            LOG.debug("an open goes on without the slices of {}: {}", item.chunk(), e.getMessage());
            return null;
        }
    }

    private static void checkFlags(Node node, OpenIntent intent) throws FsException {
        if (intent.changes() && (node.has(NodeFlag.IMMUTABLE) || Inodes.isTrashed(node))) {
            throw FsException.miss(Errno.EPERM);
        }
        boolean rewrites = intent.truncates() || intent.writes() && !intent.appends();
        if (rewrites && node.has(NodeFlag.APPEND_ONLY)) {
            throw FsException.miss(Errno.EPERM);
        }
    }

    Node opendir(Caller caller, long inode) throws FsException {
        Item.NodeOf item = new Item.NodeOf(inode);
        return context.read(ReadPlan.of(item), reader -> directory(caller, found(inode, reader.get(item))));
    }

    /// The same with a first page of its entries.
    MetaEngine.Listed<Node> opendir(Caller caller, long inode, int limit) throws FsException {
        Item.NodeOf item = new Item.NodeOf(inode);
        Scan.Directory scan = new Scan.Directory(inode, Scan.Detail.NODES);
        return context.engine()
                .readAndList(
                        ReadPlan.of(item), reader -> directory(caller, found(inode, reader.get(item))), scan, limit);
    }

    private Node directory(Caller caller, Placed found) throws FsException {
        return permitted(caller, found, Permission.READ, node -> {
            if (!node.isDirectory()) {
                throw FsException.miss(Errno.ENOTDIR);
            }
        });
    }

    Bytes readlink(long inode) throws FsException {
        Item.SymlinkOf target = new Item.SymlinkOf(inode);
        Item.NodeOf item = new Item.NodeOf(inode);
        List<Item<?>> items = new ArrayList<>(List.of(target, item));
        return context.read(ReadPlan.of(items), reader -> {
            Bytes found = reader.get(target);
            if (found != null) {
                return found;
            }
            Node node = reader.get(item);
            boolean isLost = node == null || node.type() == FileType.SYMLINK;
            throw FsException.miss(isLost ? Errno.ENOENT : Errno.EINVAL);
        });
    }
}
