package mountagent.meta;

import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.Timestamp;

/// One change that a transaction leaves behind. Engines apply the mutations of a transaction in their order, as one
/// atomic step.
public sealed interface Mutation {
    /// Adds the node of a new inode.
    record CreateNode(long inode, Node node) implements Mutation {}

    /// Replaces the node of an inode that the transaction has read.
    record UpdateNode(long inode, Node node) implements Mutation {}

    record RemoveNode(long inode) implements Mutation {}

    /// Changes a directory that others change at the same time: adds to its link count and, where `time` is
    /// given, sets mtime and ctime to it. `seen` is the node as the transaction read it: an engine that stores
    /// whole nodes starts from that (and watches it), one with columns adds to what is there.
    record TouchDirectory(long directory, Node seen, int nlinkDelta, Timestamp time) implements Mutation {}

    /// Adds an entry at a place that the transaction has read as empty; a conflict when there is one by now.
    record CreateDentry(DentryKey key, Dentry dentry) implements Mutation {}

    /// Points an existing entry elsewhere.
    record ReplaceDentry(DentryKey key, Dentry dentry) implements Mutation {}

    record RemoveDentry(DentryKey key) implements Mutation {}

    record CreateSymlink(long inode, Bytes target) implements Mutation {}

    record RemoveSymlink(long inode) implements Mutation {}

    record PutXattr(XattrKey key, Bytes value) implements Mutation {}

    record RemoveXattr(XattrKey key) implements Mutation {}

    /// Removes all extended attributes of an inode.
    record RemoveXattrs(long inode) implements Mutation {}

    /// Adds to the count of entries of `parent` that point to an inode whose node says parent 0. An engine
    /// whose entries can be found by inode need not store it.
    record AddParentLink(long inode, long parent, int delta) implements Mutation {}

    /// Forgets the counts of [AddParentLink].
    record RemoveParentLinks(long inode) implements Mutation {}

    /// Appends a record to a chunk. `count` is told how many records the chunk then has.
    record AppendSlice(ChunkKey chunk, Slice slice, Outcome<Integer> count) implements Mutation {}

    /// Appends `slice` to each chunk with index in `[from, to)` that has records, and to no other.
    record AppendToExisting(long inode, int from, int to, Slice slice) implements Mutation {}

    /// Puts `replacement` in the place of the records `[from, from + count)` of a chunk, all of which the
    /// transaction has read; what was appended meanwhile stays behind them.
    record ReplaceSlices(ChunkKey chunk, int from, int count, List<Slice> replacement) implements Mutation {
        public ReplaceSlices {
            replacement = List.copyOf(replacement);
        }
    }

    record RemoveChunk(ChunkKey chunk) implements Mutation {}

    /// Records a slice that gets its first reference, or (`refs` 0) one whose blocks are to be deleted.
    record CreateSliceRefs(SliceKey slice, long refs) implements Mutation {}

    /// Adds to the count of references of a slice. `refs` is told how many there then are; at 0 or below nothing
    /// refers to the slice, and [Scan.ReleasedSlices] finds it. Never a reason for a conflict.
    record AddSliceRefs(SliceKey slice, long delta, Outcome<Long> refs) implements Mutation {}

    /// Forgets a slice whose blocks are gone.
    record RemoveSliceRefs(SliceKey slice) implements Mutation {}

    /// Keeps the slices that a compaction replaced until the trash expires; `id` is the new slice, `time` Unix
    /// seconds.
    record PutDelayedSlices(long id, long time, List<SliceKey> slices) implements Mutation {
        public PutDelayedSlices {
            slices = List.copyOf(slices);
        }
    }

    record RemoveDelayedSlices(long id, long time) implements Mutation {}

    /// Adds to a counter. Never a reason for a conflict.
    record AddCounter(Counter counter, long delta) implements Mutation {}

    /// Sets a counter that the transaction has read.
    record PutCounter(Counter counter, long value) implements Mutation {}

    record PutDirStat(long directory, DirStat stat) implements Mutation {}

    /// Adds to the statistics of a directory if it has any. Never a reason for a conflict.
    record AddDirStat(long directory, DirStat delta) implements Mutation {}

    record RemoveDirStat(long directory) implements Mutation {}

    /// Adds to the usage of a quota. One of a directory must exist, or nothing is done; for a user or a group it is
    /// made, without limits, where there is none. Never a reason for a conflict.
    record AddQuotaUsage(QuotaKey key, long space, long inodes) implements Mutation {}

    /// Adds or replaces a quota with its usage.
    record PutQuota(QuotaKey key, Quota quota) implements Mutation {}

    record RemoveQuota(QuotaKey key) implements Mutation {}

    /// Lets a sequence go on at `next` or later, where it is now. The transaction has read its [Item.NextId]; only
    /// for a store that nobody else draws ids from meanwhile.
    record RaiseNextId(IdKind kind, long next) implements Mutation {}

    /// Marks a file without links whose data is to be deleted; `time` Unix seconds.
    record PutDeletedFile(long inode, long length, long time) implements Mutation {}

    record RemoveDeletedFile(long inode, long length) implements Mutation {}

    /// Marks the root of a tree that is being copied and has no entry yet (semantics.md §8, clone), so that what a
    /// killed client leaves is found; `time` Unix seconds.
    record PutDetachedNode(long inode, long time) implements Mutation {}

    record RemoveDetachedNode(long inode) implements Mutation {}

    /// Lets a session keep an unlinked inode alive while it has it open.
    record PutSustained(long session, long inode) implements Mutation {}

    record RemoveSustained(long session, long inode) implements Mutation {}

    /// Adds or replaces a session's registration.
    record PutSession(SessionRecord session) implements Mutation {}

    record RemoveSession(long session) implements Mutation {}

    /// Adds or replaces a lock; the transaction has read the [Item.Flocks] of the inode.
    record PutFlock(long inode, LockOwner owner, LockType type) implements Mutation {}

    /// Removes a lock; the transaction has read the [Item.Flocks] of the inode.
    record RemoveFlock(long inode, LockOwner owner) implements Mutation {}

    /// Replaces the POSIX locks of an owner on an inode; none left removes its record. The transaction has read
    /// the [Item.PosixLocks] of the inode.
    record PutPosixLocks(long inode, LockOwner owner, List<PosixLock> locks) implements Mutation {
        public PutPosixLocks {
            locks = List.copyOf(locks);
        }
    }

    /// Stores an ACL rule under a number drawn from [IdKind#ACL], or puts back one that had that number.
    record PutAcl(int id, AclRule rule) implements Mutation {}

    record PutSetting(String document) implements Mutation {}
}
