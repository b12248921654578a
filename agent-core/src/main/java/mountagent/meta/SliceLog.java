package mountagent.meta;

import java.util.List;
import mountagent.base.FsException;
import mountagent.base.Timestamp;

/// The part of the metadata that the data path uses: which slices make up a chunk, and how that changes.
///
/// Thread-safe, blocking. A slice is committed only after its blocks are stored; a slice that loses its last
/// reference is handed out for deletion only once.
public interface SliceLog {
    /// The records of a chunk, oldest first; later ones hide earlier ones. EIO when they are corrupt.
    List<Slice> slices(ChunkKey chunk) throws FsException;

    /// A slice id that nobody else has, never handed out again.
    long newSliceId() throws FsException;

    /// What a commit found: how many records the chunk has now, and the node as it was and as it is now.
    record Commit(int records, Node before, Node node) {}

    /// Appends the record of a stored slice and sets the length (if it grew) and mtime and ctime to `time`.
    /// ENOENT when the file is gone (the slice is then unknown to the metadata and its blocks are the caller's
    /// to delete), ENOSPC, EDQUOT.
    Commit append(ChunkKey chunk, Slice slice, Timestamp time, Durability durability) throws FsException;

    /// Puts `compacted` in the place of the records `[skip, seen.size())` when the chunk's list still begins
    /// with `seen`; false (and `compacted` left to its caller) when it does not. What the replaced records no
    /// longer refer to is released, or delayed when the volume has a trash.
    boolean replace(ChunkKey chunk, List<Slice> seen, int skip, Slice compacted) throws FsException;

    /// Drops the records of chunks of deleted files, all at once, and returns the slices that nothing refers to
    /// any more. EIO, and nothing dropped, when one of them is corrupt.
    List<SliceKey> release(List<ChunkKey> chunks) throws FsException;

    /// Forgets slices whose blocks have been deleted.
    void forget(List<SliceKey> slices) throws FsException;

    /// One page of the chunks of a file, whose length is or last was `length` (see [Scan.ChunksOf]).
    Page<Scan.PlacedChunk> chunksOf(long inode, long length, Cursor from, int limit) throws FsException;

    /// Forgets deleted files, all of whose chunks have been released.
    void forgetFiles(List<Scan.DeletedFile> files) throws FsException;

    /// Returns once everything committed so far survives a power cut.
    void barrier() throws FsException;
}
