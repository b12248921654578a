package mountagent.meta;

import java.util.List;
import java.util.Map;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import org.jspecify.annotations.Nullable;

/// One thing that a transaction reads, with the type of its answer. What is absent answers `null`, or an empty
/// collection, as each item says. An answer is the state before the transaction: own mutations do not show in it.
///
/// When something a transaction has read changes before its commit, the transaction runs again. Items marked *loose*
/// are exempt, since everybody changes them all the time: their answer is a recent state, and what must be exact about
/// them is asked of the commit ([Outcome]) or guarded by another item of the same plan (a directory's statistics by
/// its node, say).
public sealed interface Item<V extends @Nullable Object> {
    /// The node of an inode, or null.
    record NodeOf(long inode) implements Item<@Nullable Node> {}

    /// The entry at a place, or null.
    record DentryAt(DentryKey key) implements Item<@Nullable Dentry> {}

    /// Whether a directory has any entry.
    record HasEntries(long directory) implements Item<Boolean> {}

    /// The slice records of a chunk, oldest first; empty when there are none. EIO when the stored value is corrupt.
    record SlicesOf(ChunkKey chunk) implements Item<List<Slice>> {}

    /// The chunks of `inode` with index in `[from, to)` that have records, by index in ascending order.
    record Chunks(long inode, int from, int to) implements Item<Map<Integer, List<Slice>>> {}

    /// The target of a symbolic link, or null.
    record SymlinkOf(long inode) implements Item<@Nullable Bytes> {}

    /// The value of an extended attribute, or null.
    record XattrOf(XattrKey key) implements Item<@Nullable Bytes> {}

    /// The names of all extended attributes of an inode.
    record XattrNames(long inode) implements Item<List<FileName>> {}

    /// How many entries of each directory point to an inode whose node says parent 0; counts of 0 are left out.
    record ParentLinks(long inode) implements Item<Map<Long, Integer>> {}

    /// The directories from `directory` (included) up to the root (included), as far as they exist. Directories have
    /// one parent each. What is walked is watched like any other item.
    record Ancestors(long directory) implements Item<List<Long>> {}

    /// How many records of chunks refer to a slice: 1 when nothing is stored about it and the engine counts that as
    /// one, 0 when nothing is stored and it does not. Loose.
    record SliceRefs(SliceKey slice) implements Item<Long> {}

    /// The BSD locks of an inode.
    record Flocks(long inode) implements Item<Map<LockOwner, LockType>> {}

    /// The POSIX locks of an inode: of each owner ascending by start, not overlapping.
    record PosixLocks(long inode) implements Item<Map<LockOwner, List<PosixLock>>> {}

    /// The value of a counter, 0 when it is not stored. Loose for [Counter#USED_SPACE] and [Counter#TOTAL_INODES].
    record CounterOf(Counter counter) implements Item<Long> {}

    /// The lowest id of a sequence that nobody has drawn yet: all ids in use are below it. Of [IdKind#SESSION] and
    /// [IdKind#TRASH] the one after the last drawn. Loose.
    record NextId(IdKind kind) implements Item<Long> {}

    /// The statistics of a directory, or null when none are stored. Loose.
    record DirStatOf(long directory) implements Item<@Nullable DirStat> {}

    /// A quota, or null. Loose.
    record QuotaOf(QuotaKey key) implements Item<@Nullable Quota> {}

    /// The registration of a session, or null. Loose.
    record SessionOf(long session) implements Item<@Nullable SessionRecord> {}

    /// Whether a session keeps an unlinked inode alive.
    record IsSustained(long session, long inode) implements Item<Boolean> {}

    /// Whether the slices that a compaction replaced are still kept (see [Mutation.PutDelayedSlices]).
    record IsDelayed(long id, long time) implements Item<Boolean> {}

    /// An ACL rule by its number, or null. A number never stands for another rule, so nobody watches it.
    record AclOf(int id) implements Item<@Nullable AclRule> {}

    /// The setting document as stored, or null when the store holds no volume.
    record Setting() implements Item<@Nullable String> {}
}
