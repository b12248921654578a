package mountagent.cache;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Blocks kept near, as plain bytes. Thread-safe; never fails: what it cannot do, the object store does.
public interface BlockCache extends AutoCloseable {
    /// Keeps nothing.
    BlockCache NONE = new NoCache(false);

    /// Keeps nothing either, but has blocks kept in the memory of the block store, as `--cache-dir memory` asks.
    BlockCache MEMORY = new NoCache(true);

    /// Whether blocks are to be kept at all, be it in memory.
    boolean isEnabled();

    /// Whether blocks are kept here, on disk, rather than in memory.
    boolean isOnDisk();

    /// Fills `target` from byte `offset` of a block; false, with `target` in any state, when the block is not
    /// here, whole and sound. Does file I/O on the calling thread.
    boolean read(CacheKey key, int offset, MemorySegment target);

    /// Whether the block is here, as far as is known without I/O.
    boolean has(CacheKey key);

    /// Offers a block that has been downloaded or stored, to be written in the background. When it is taken,
    /// `plain` must not change until `onDone` is run, once, on another thread; else the answer is false and
    /// `onDone` is not run. Never waits.
    boolean offer(CacheKey key, MemorySegment plain, Runnable onDone);

    /// Writes a block now, on the calling thread, room permitting; whether it is here afterwards.
    boolean store(CacheKey key, MemorySegment plain);

    /// Gives up a block that can be had from the store again; whether it was here. Blocks that wait to be
    /// uploaded stay.
    boolean evict(CacheKey key);

    /// Forgets a block that has been deleted, whether it was uploaded or not.
    void remove(CacheKey key);

    /// Where a block is kept; null when it is not.
    @Nullable
    CacheLocation find(CacheKey key);

    /// Blocks that wait to be uploaded, at most `limit` of them, none of which a crash or a restart may lose.
    List<CacheKey> staged(int limit);

    /// Fills `target`, as long as the key says, with a staged block; false when it cannot be read whole and
    /// sound. The block stays.
    boolean readStaged(CacheKey key, MemorySegment target);

    /// Takes a block that has been uploaded from the staged ones; whether it was still there, and so is
    /// wanted. It stays in the cache as an ordinary one.
    boolean unstage(CacheKey key);

    /// What was done and what is kept; hits and misses are left to the caller.
    CacheStatistics statistics();

    /// Ends background work; what is queued is dropped.
    @Override
    void close();
}
