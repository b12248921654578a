package mountagent.meta;

import java.util.List;
import java.util.Map;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FsException;
import mountagent.base.Tally;

/// Operations on whole trees: removing, adding up, copying (reference: semantics.md §5, §8, §13).
///
/// They are made of many transactions and walk in several threads; memory stays bounded whatever the size of
/// a tree.
/// Each tells its progress in a [Tally] and ends soon after that is cancelled (EINTR). Callers whose
/// permissions are
/// checked ([Caller.Checks#CORE]) need the right to read and search every directory on the way. Thread-safe.
public final class Trees {
    private final StoreContext context;
    private final Lookups lookups;
    private final SliceRecords slices;
    private final TreeRemoval removal;
    private final TreeWeighing weighing;
    private final TreeCopy copy;
    private final NodePaths paths;

    /// How far below a directory it is looked.
    public enum Depth {
        /// The directory and what is in it.
        CHILDREN,
        /// Everything below it.
        TREE
    }

    /// What of a tree is told: `depth` levels below its top, of each directory the `top` largest children.
    public record Shape(int depth, int top) {}

    /// Where figures come from.
    public enum Counting {
        /// From the statistics that directories have, where that saves reading their entries. A client that
        /// was killed
        /// may have left them wrong.
        STORED,
        /// From the entries, all of them.
        STRICT
    }

    /// Is told of each entry that is gone; called by several threads.
    @FunctionalInterface
    public interface RemovalListener {
        void removed(DentryKey at, MetaStore.Removed removed);
    }

    Trees(StoreContext context, Lookups lookups, Removals removals, SliceRecords slices) {
        this.context = context;
        this.slices = slices;
        this.lookups = lookups;
        removal = new TreeRemoval(context, removals, lookups);
        weighing = new TreeWeighing(context, lookups);
        copy = new TreeCopy(context, lookups, removal);
        paths = new NodePaths(context, lookups);
    }

    /// Removes a name and everything below it, at most `threads` entries at the same time; the first failure
    /// ends it,
    /// and what is gone by then stays gone. The tally counts entries. ENOENT, and as unlink and rmdir.
    public void remove(Caller caller, DentryKey at, Kept kept, int threads, Tally tally, RemovalListener listener)
            throws FsException {
        removal.remove(new TreeRemoval.Order(caller, kept, threads, listener), at, tally);
    }

    /// What a node uses, with its children or all below it. The tally counts files and the space of all.
    /// ENOENT,
    /// EACCES.
    public TreeUse weigh(Caller caller, long inode, Depth depth, Counting counting, Tally tally) throws FsException {
        return weighing.weigh(caller, inode, depth, counting, tally);
    }

    /// What a node and each directory below it use, told of as `shape` says. The tally counts nodes and their
    /// space. ENOENT, EACCES.
    public TreeSummary summarize(Caller caller, long inode, Shape shape, Counting counting, Tally tally)
            throws FsException {
        return weighing.summarize(caller, inode, shape, counting, tally);
    }

    /// Copies a tree by sharing its data, and returns the inode of the copy. It appears whole or not at all;
    /// what a
    /// killed client has built is left to `gc` ([#removeDetached]). The tally counts what is copied and what
    /// was
    /// found.
    /// EPERM in the trash, ENOENT, EEXIST, EACCES, ENOSPC, EDQUOT.
    public long copy(Caller caller, CopyOrder order, Tally tally) throws FsException {
        return copy.copy(caller, order, tally);
    }

    /// Removes a tree that was being copied by somebody who is gone (see [Scan.DetachedNodes]).
    public void removeDetached(long inode, Tally tally) throws FsException {
        copy.removeDetached(inode, tally);
    }

    /// What a chunk shows: pieces of slices and zeros, without gaps, up to the last that was written. EIO
    /// when its
    /// records are corrupt.
    public List<Slice> shown(ChunkKey chunk) throws FsException {
        List<Slice> records = slices.slices(chunk);
        int end = records.stream().mapToInt(Slice::end).max().orElse(0);
        return SliceView.pieces(records, 0, end);
    }

    /// The BSD locks on an inode.
    public Map<LockOwner, LockType> flocks(long inode) throws FsException {
        Item.Flocks item = new Item.Flocks(inode);
        return context.read(ReadPlan.of(item), reader -> reader.get(item));
    }

    /// The POSIX locks on an inode.
    public Map<LockOwner, List<PosixLock>> posixLocks(long inode) throws FsException {
        Item.PosixLocks item = new Item.PosixLocks(inode);
        return context.read(ReadPlan.of(item), reader -> reader.get(item));
    }

    /// The paths of an inode from the root of the volume, one for each name. ENOENT.
    public List<String> paths(long inode) throws FsException {
        return paths.of(inode, lookups.node(inode));
    }
}
