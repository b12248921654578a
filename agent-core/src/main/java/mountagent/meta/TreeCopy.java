package mountagent.meta;

import java.util.concurrent.atomic.LongAdder;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Tally;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Copies a tree without its data: nodes, entries, extended attributes and targets of links are made anew,
/// slices get
/// another reference (reference: semantics.md §8, clone).
///
/// # Order, and what a kill leaves
/// A file of no more than [NodeCopy#CHUNKS_AT_ONCE] chunks appears in one transaction. Everything else is
/// built below a
/// directory that has no entry and is recorded as detached; one last transaction gives it its entry and
/// forgets the
/// record. Whoever dies before leaves a detached tree, which `gc` removes when it is a day old; nobody ever
/// sees a part
/// of a copy. The detached directory has no parent, so that no quota of a directory counts what is in it
/// before it is
/// attached; volume, users and groups are charged as it grows.
///
/// What changes in the source meanwhile may be in the copy or not; each file is copied as it is at one
/// moment, a part
/// of 64 chunks at a time.
final class TreeCopy {
    private static final Logger log = LoggerFactory.getLogger(TreeCopy.class);
    private static final int PAGE = 1000;
    private static final FileName ONLY = FileName.of("copy");

    private final StoreContext context;
    private final Lookups lookups;
    private final TreeRemoval removal;

    TreeCopy(StoreContext context, Lookups lookups, TreeRemoval removal) {
        this.context = context;
        this.lookups = lookups;
        this.removal = removal;
    }

    /// Counts in `tally` what is copied, and what was found to be copied. EPERM in the trash, ENOENT,
    /// EEXIST, EACCES,
    /// ENOSPC, EDQUOT, and as creating.
    long copy(Caller caller, CopyOrder order, Tally tally) throws FsException {
        context.checkWritable();
        Node source = lookups.node(order.source());
        checkPlaces(order, source);
        Attach attach = new Attach(context, caller, order.target());
        attach.check();
        tally.add(0, 1);
        NodeCopy nodes = new NodeCopy(context, caller, order);
        lookups.access(caller, order.source(), NodeCopy.rightToCopy(source));
        if (!source.isDirectory() && source.length() <= NodeCopy.LENGTH_AT_ONCE) {
            long inode = nodes.copyInto(order.source(), order.target(), attach);
            tally.add(1, 0);
            return inode;
        }
        return copyDetached(caller, order, source, attach, nodes, tally);
    }

    private static void checkPlaces(CopyOrder order, Node source) throws FsException {
        boolean isTrash = Inodes.isTrash(order.source()) || Inodes.isTrashed(source);
        if (isTrash || Inodes.isTrash(order.target().parent())) {
            throw FsException.miss(Errno.EPERM);
        }
        if (order.target().name().length() == 0) {
            throw FsException.miss(Errno.ENOENT);
        }
        Places.checkNew(order.target());
    }

    private long copyDetached(Caller caller, CopyOrder order, Node source, Attach attach, NodeCopy nodes, Tally tally)
            throws FsException {
        Run run = new Run(nodes, new Forks(order.threads(), tally), tally);
        Node outer = source.isDirectory() ? source : Attach.plainDirectory(caller, context.now());
        long detached = nodes.makeDetached(outer);
        boolean isAttached = false;
        try {
            long inode = source.isDirectory()
                    ? run.directory(order, detached, attach)
                    : run.largeFile(order, detached, attach);
            isAttached = true;
            return inode;
        } finally {
            if (!isAttached) {
                discard(detached);
            }
        }
    }

    /// Removes what was built; what that fails on is left to `gc`. When the last transaction has failed in a
    /// way that
    /// does not tell whether it was done, the tree may be in its place: then it has a parent, and stays.
    private void discard(long detached) {
        Item.NodeOf item = new Item.NodeOf(detached);
        try {
            Node node = context.read(ReadPlan.of(item), reader -> reader.get(item));
            if (node != null && node.parent() == 0) {
                removeDetached(detached, new Tally());
            }
        } catch (FsException e) {
            log.warn("the unfinished copy {} stays until the next gc: {}", detached, e.getMessage());
        }
    }

    /// Removes a detached tree with all that is in it.
    void removeDetached(long detached, Tally tally) throws FsException {
        removal.empty(new TreeRemoval.Order(Caller.AGENT, Kept.NOT, 4, (_, _) -> {}), detached, tally);
        Item.NodeOf item = new Item.NodeOf(detached);
        Item.HasEntries entries = new Item.HasEntries(detached);
        context.change(context.terms(), ReadPlan.of(item, entries), change -> {
            Node node = change.get(item);
            if (change.get(entries)) {
                throw FsException.miss(Errno.ENOTEMPTY);
            }
            if (node != null) {
                change.apply(new Mutation.RemoveNode(detached));
                change.apply(new Mutation.RemoveXattrs(detached));
                change.apply(new Mutation.RemoveDirStat(detached));
                change.charge(node, -Sizes.SPACE_UNIT, -1);
            }
            change.apply(new Mutation.RemoveDetachedNode(detached));
            return detached;
        });
    }

    /// What was copied so far, for quotas. Thread-safe.
    private static final class Sum {
        private final LongAdder space = new LongAdder();
        private final LongAdder inodes = new LongAdder();

        void add(Node node) {
            space.add(Change.useOf(node).space());
            inodes.add(1);
        }

        DirStat value() {
            return new DirStat(0, space.sum(), inodes.sum());
        }
    }

    private final class Run {
        private final NodeCopy nodes;
        private final Forks forks;
        private final Tally tally;
        private final Sum sum = new Sum();

        Run(NodeCopy nodes, Forks forks, Tally tally) {
            this.nodes = nodes;
            this.forks = forks;
            this.tally = tally;
        }

        long directory(CopyOrder order, long detached, Attach attach) throws FsException {
            nodes.copyXattrs(order.source(), detached);
            children(order.source(), detached, 0);
            tally.add(1, 0);
            attach.directory(detached, sum.value());
            return detached;
        }

        /// A large file is built in a detached directory of its own and moved out of it.
        long largeFile(CopyOrder order, long detached, Attach attach) throws FsException {
            DentryKey place = new DentryKey(detached, ONLY);
            NodeCopy.Copied copied = nodes.copy(order.source(), place);
            tally.add(1, 0);
            attach.onlyFile(detached, place, copied.inode());
            return copied.inode();
        }

        private void children(long source, long target, int level) throws FsException {
            LongAdder directories = new LongAdder();
            LongAdder length = new LongAdder();
            LongAdder space = new LongAdder();
            LongAdder count = new LongAdder();
            @Nullable Cursor next = Cursor.START;
            while (next != null) {
                tally.check();
                Page<Scan.DirEntry> page =
                        context.engine().scan(new Scan.Directory(source, Scan.Detail.NAMES), next, PAGE);
                tally.add(0, page.records().size());
                forks.each(level, page.records(), (entry, below) -> {
                    Node made = child(entry, target, below);
                    if (made != null) {
                        DirStat use = Change.useOf(made);
                        length.add(use.length());
                        space.add(use.space());
                        count.increment();
                        directories.add(made.isDirectory() ? 1 : 0);
                        sum.add(made);
                    }
                    tally.add(1, 0);
                });
                next = page.next();
            }
            nodes.finishDirectory(target, directories.intValue(), new DirStat(length.sum(), space.sum(), count.sum()));
        }

        /// The copy of a child, or null when the child has gone meanwhile.
        private @Nullable Node child(Scan.DirEntry entry, long target, int level) throws FsException {
            try {
                NodeCopy.Copied copied = nodes.copy(entry.dentry().inode(), new DentryKey(target, entry.name()));
                if (entry.dentry().type() == FileType.DIRECTORY) {
                    children(entry.dentry().inode(), copied.inode(), level);
                }
                return copied.node();
            } catch (FsException e) {
                if (e.errno() == Errno.ENOENT) {
                    return null;
                }
                throw e;
            }
        }
    }
}
