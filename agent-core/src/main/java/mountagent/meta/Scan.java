package mountagent.meta;

import java.util.List;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import org.jspecify.annotations.Nullable;

/// A listing that is read page by page, with the type of its records.
public sealed interface Scan<R> {
    /// An entry of a directory; `node` only when it was asked for and exists.
    record DirEntry(FileName name, Dentry dentry, @Nullable Node node) {}

    /// An entry anywhere.
    record PlacedDentry(DentryKey key, Dentry dentry) {}

    record PlacedNode(long inode, Node node) {}

    /// A chunk's records; `slices` is null when the stored value cannot be understood.
    record PlacedChunk(ChunkKey chunk, @Nullable List<Slice> slices) {}

    record DeletedFile(long inode, long length, long time) {}

    record CountedSlice(SliceKey slice, long refs) {}

    record DelayedSlices(long id, long time, List<SliceKey> slices) {}

    record Sustained(long session, long inode) {}

    /// The root of a tree that is being copied and has no entry yet; `time` Unix seconds.
    record DetachedNode(long inode, long time) {}

    record PlacedDirStat(long directory, DirStat stat) {}

    record PlacedQuota(QuotaKey key, Quota quota) {}

    /// A lock of a session: `posix` tells which of the two kinds.
    record HeldLock(long inode, LockOwner owner, boolean posix) {}

    record PlacedAcl(int id, AclRule rule) {}

    /// What a directory listing fetches.
    enum Detail {
        NAMES,
        NODES
    }

    /// The entries of a directory, each once, in the engine's order, with or without their nodes.
    record Directory(long inode, Detail detail) implements Scan<DirEntry> {}

    /// The chunks of one file that have records: all of them, or, with an engine that would have to search the
    /// whole store, at least those that begin below `length`, which the caller takes from the file's node or from
    /// its record among the deleted files.
    record ChunksOf(long inode, long length) implements Scan<PlacedChunk> {}

    /// The entries that point to an inode. Only for inodes whose node says parent 0.
    record LinksTo(long inode) implements Scan<DentryKey> {}

    /// Files to delete whose time is at or before `until` (Unix seconds).
    record DeletedFiles(long until) implements Scan<DeletedFile> {}

    /// Slices that nothing refers to any more.
    record ReleasedSlices() implements Scan<CountedSlice> {}

    /// Delayed slices whose time is at or before `until` (Unix seconds).
    record DelayedUntil(long until) implements Scan<DelayedSlices> {}

    /// All sessions.
    record Sessions() implements Scan<SessionRecord> {}

    /// The inodes a session keeps alive.
    record SustainedBy(long session) implements Scan<Sustained> {}

    /// All trees being copied (semantics.md §8, clone).
    record DetachedNodes() implements Scan<DetachedNode> {}

    /// The locks a session holds.
    record LocksOf(long session) implements Scan<HeldLock> {}

    /// All nodes.
    record Nodes() implements Scan<PlacedNode> {}

    /// All entries.
    record Dentries() implements Scan<PlacedDentry> {}

    /// All chunks.
    record AllChunks() implements Scan<PlacedChunk> {}

    /// All slices about which something is stored.
    record SliceCounts() implements Scan<CountedSlice> {}

    /// All statistics of directories.
    record DirStats() implements Scan<PlacedDirStat> {}

    /// All quotas.
    record Quotas() implements Scan<PlacedQuota> {}

    /// The ACL rules with numbers above `after`; 0 for all.
    record Acls(int after) implements Scan<PlacedAcl> {}
}
