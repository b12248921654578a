package mountagent.meta;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import org.jspecify.annotations.Nullable;

/// Copies single nodes for a [TreeCopy], each in one transaction but for the data of very large files.
///
/// Only what shows of a file's records is copied: pieces that later ones hide, and holes, are left out.
final class NodeCopy {
    /// As many chunks as one transaction may read.
    static final int CHUNKS_AT_ONCE = 64;

    /// The longest file that is copied in one transaction.
    static final long LENGTH_AT_ONCE = (long) CHUNKS_AT_ONCE * Sizes.CHUNK;

    private final StoreContext context;
    private final Caller caller;
    private final CopyOrder order;

    NodeCopy(StoreContext context, Caller caller, CopyOrder order) {
        this.context = context;
        this.caller = caller;
        this.order = order;
    }

    /// A node that was made.
    record Copied(long inode, Node node) {}

    /// The right that copying a node needs: reading, and searching a directory. Links are read by everybody.
    static int rightToCopy(Node source) {
        if (source.type() == FileType.SYMLINK) {
            return 0;
        }
        return source.isDirectory() ? Permission.READ | Permission.EXECUTE : Permission.READ;
    }

    /// Copies the node of `source`, without what lies below it, to a place in a directory that is being
    /// built.
    Copied copy(long source, DentryKey place) throws FsException {
        Item.DentryAt entry = new Item.DentryAt(place);
        Copied copied = make(source, place.parent(), List.of(entry), (change, made) -> {
            // a listing of some engines may show an entry twice
            if (change.get(entry) != null) {
                throw FsException.miss(Errno.ENOENT);
            }
            change.apply(new Mutation.CreateDentry(
                    place, new Dentry(made.inode(), made.node().type())));
        });
        if (copied.node().isFile() && copied.node().length() > LENGTH_AT_ONCE) {
            copyChunks(source, copied);
        }
        return copied;
    }

    /// Copies anything but a directory or a very large file to the place where it is to appear.
    long copyInto(long source, DentryKey place, Attach attach) throws FsException {
        Copied copied = make(source, place.parent(), attach.items(context.terms()), (change, made) -> {
            DirStat use = Change.useOf(made.node());
            attach.place(change, new Dentry(made.inode(), made.node().type()), use, use);
        });
        return copied.inode();
    }

    /// What else a transaction does with a node that it makes.
    @FunctionalInterface
    private interface Placing {
        void place(Change change, Copied made) throws FsException;
    }

    private Copied make(long source, long parent, List<Item<?>> places, Placing placing) throws FsException {
        Terms terms = context.terms();
        long inode = context.newInode();
        Item.NodeOf item = new Item.NodeOf(source);
        Item.XattrNames names = new Item.XattrNames(source);
        List<Item<?>> first = new ArrayList<>(places);
        first.add(item);
        first.add(names);
        ReadPlan plan = ReadPlan.of(first).then(reader -> contents(source, reader.get(item), reader.get(names)));
        return context.change(terms, plan, change -> {
            Node original = change.node(source);
            change.check(caller, original, rightToCopy(original));
            Node node = draft(original, change).parent(parent).done();
            Copied made = new Copied(inode, node);
            change.apply(new Mutation.CreateNode(inode, node));
            placing.place(change, made);
            for (FileName name : change.get(names)) {
                copyXattr(change, source, inode, name);
            }
            if (node.isDirectory() && terms.format().dirStats()) {
                change.apply(new Mutation.PutDirStat(inode, DirStat.ZERO));
            }
            if (node.type() == FileType.SYMLINK) {
                copyTarget(change, source, inode);
            }
            if (isAtOnce(node)) {
                Item.Chunks chunks = chunks(source, node);
                change.get(chunks).forEach((index, slices) -> share(change, new ChunkKey(inode, index), slices));
            }
            change.charge(node, Change.useOf(node).space(), 1);
            return made;
        });
    }

    private static boolean isAtOnce(Node node) {
        return node.isFile() && node.length() <= LENGTH_AT_ONCE;
    }

    private static Item.Chunks chunks(long source, Node node) {
        return new Item.Chunks(source, 0, (int) Math.ceilDiv(node.length(), (long) Sizes.CHUNK));
    }

    private static Collection<Item<?>> contents(long source, @Nullable Node node, List<FileName> names) {
        List<Item<?>> items = new ArrayList<>();
        names.forEach(name -> items.add(new Item.XattrOf(new XattrKey(source, name))));
        if (node != null && node.type() == FileType.SYMLINK) {
            items.add(new Item.SymlinkOf(source));
        }
        if (node != null && isAtOnce(node)) {
            items.add(chunks(source, node));
        }
        return items;
    }

    /// The copy's node: the caller's, or as its source was. Somebody who is not root gets no bits that would
    /// give a
    /// copy of other people's programs their rights.
    private NodeDraft draft(Node original, Change change) {
        boolean isOwn = Permission.owns(caller, original);
        boolean isPreserved = order.ownership() == CopyOrder.Ownership.PRESERVED && isOwn;
        NodeDraft draft = original.edit().nlink(original.isDirectory() ? 2 : 1).ctime(change.now());
        if (isPreserved) {
            return draft;
        }
        // an access list says what the mode says: they stay together
        boolean isUnmasked = original.type() == FileType.SYMLINK || original.accessAcl() != 0;
        int mode = isUnmasked ? original.mode() : original.mode() & ~order.umask();
        int setIds = Permission.SET_UID | Permission.SET_GID;
        return draft.uid(caller.uid())
                .gid(caller.gid())
                .mode(isOwn || original.isDirectory() ? mode : mode & ~setIds)
                .times(change.now());
    }

    private static void copyXattr(Change change, long source, long inode, FileName name) throws FsException {
        var value = change.get(new Item.XattrOf(new XattrKey(source, name)));
        if (value != null) {
            change.apply(new Mutation.PutXattr(new XattrKey(inode, name), value));
        }
    }

    private static void copyTarget(Change change, long source, long inode) throws FsException {
        var target = change.get(new Item.SymlinkOf(source));
        if (target != null) {
            change.apply(new Mutation.CreateSymlink(inode, target));
        }
    }

    /// Shows in `chunk`, which is new, what `records` show.
    private static void share(Change change, ChunkKey chunk, List<Slice> records) {
        for (Slice piece : SliceView.pieces(records, 0, Sizes.CHUNK)) {
            if (!piece.isZeros()) {
                change.apply(new Mutation.AppendSlice(chunk, piece, new Outcome<>()));
                change.apply(new Mutation.AddSliceRefs(SliceRecords.keyOf(piece), 1, new Outcome<>()));
            }
        }
    }

    private void copyChunks(long source, Copied copy) throws FsException {
        Scan.ChunksOf scan = new Scan.ChunksOf(source, copy.node().length());
        @Nullable Cursor next = Cursor.START;
        while (next != null) {
            Page<Scan.PlacedChunk> page = context.engine().scan(scan, next, CHUNKS_AT_ONCE);
            copyChunks(source, copy.inode(), page.records());
            next = page.next();
        }
    }

    private void copyChunks(long source, long inode, List<Scan.PlacedChunk> page) throws FsException {
        List<Item.SlicesOf> items = page.stream()
                .map(placed ->
                        new Item.SlicesOf(new ChunkKey(source, placed.chunk().index())))
                .toList();
        List<Item<?>> plan = new ArrayList<>(items);
        plan.add(new Item.NodeOf(inode));
        context.change(context.terms(), ReadPlan.of(plan), change -> {
            change.node(inode);
            for (Item.SlicesOf item : items) {
                share(change, new ChunkKey(inode, item.chunk().index()), change.get(item));
            }
            return inode;
        });
    }

    /// Makes a directory that has no entry yet, like `outer`, and records it as detached.
    long makeDetached(Node outer) throws FsException {
        Terms terms = context.terms();
        long inode = context.newInode();
        return context.change(terms, ReadPlan.of(), change -> {
            Node node = draft(outer, change).parent(0).done();
            change.apply(new Mutation.CreateNode(inode, node));
            change.apply(new Mutation.PutDetachedNode(inode, change.now().seconds()));
            if (terms.format().dirStats()) {
                change.apply(new Mutation.PutDirStat(inode, DirStat.ZERO));
            }
            change.charge(node, Sizes.SPACE_UNIT, 1);
            return inode;
        });
    }

    /// Copies the extended attributes of a directory to the one that was made for it.
    void copyXattrs(long source, long inode) throws FsException {
        Item.XattrNames names = new Item.XattrNames(source);
        ReadPlan plan = ReadPlan.of(names).then(first -> contents(source, null, first.get(names)));
        context.change(context.terms(), plan, change -> {
            for (FileName name : change.get(names)) {
                copyXattr(change, source, inode, name);
            }
            return inode;
        });
    }

    /// Sets what depends on what was copied into a directory: its links and its statistics.
    void finishDirectory(long inode, int directories, DirStat children) throws FsException {
        Terms terms = context.terms();
        boolean keepsStats = terms.format().dirStats();
        if (directories == 0 && (!keepsStats || children.isZero())) {
            return;
        }
        context.change(terms, ReadPlan.of(new Item.NodeOf(inode)), change -> {
            Node node = change.directory(inode);
            if (keepsStats) {
                change.apply(new Mutation.PutDirStat(inode, children));
            }
            return directories == 0
                    ? node
                    : change.update(inode, node.edit().nlink(2 + directories).done());
        });
    }
}
