package mountagent.chunk;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mountagent.base.Timestamp;
import org.jspecify.annotations.Nullable;

/// The slices of one file that are written but not committed, in the order they were begun, and the blocks
/// of them that are ready to go up.
///
/// # Which slice a write goes to (reference: client-data-path.md §2.2)
///
/// The chunk's slices are looked at from the newest to the oldest: the first that takes the write gets it,
/// as long as no newer one has bytes in its range, which must stay on top. Slices older than the four
/// newest of their chunk are frozen on the way.
///
/// # In what order they are committed
///
/// In the order they were begun, over all chunks of the file. That keeps later writes on top of earlier
/// ones and lets the file's length grow in order; it is stricter than the format asks.
///
/// Guarded by the lock of its [InodeState], but for [#shown()].
final class PendingSlices {
    /// More than this many make a writer wait.
    static final int SLICES_MAX = 1000;

    private static final int GROWING_MAX = 4;
    private static final int CROWDED = 800;
    private static final long AGE_MAX_NANOS = 5_000_000_000L;
    private static final long IDLE_MAX_NANOS = 1_000_000_000L;

    /// A block that does not change any more.
    record Ready(PendingSlice slice, int block) {}

    private final int blockSize;
    private final ArrayDeque<PendingSlice> queue = new ArrayDeque<>();
    private final Map<Integer, List<PendingSlice>> byChunk = new HashMap<>();
    private final ArrayDeque<Ready> ready = new ArrayDeque<>();
    private long sequence;
    private Timestamp newestTime = Timestamp.EPOCH;
    private volatile @Nullable Pending shown;

    PendingSlices(int blockSize) {
        this.blockSize = blockSize;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    int size() {
        return queue.size();
    }

    /// The next to be committed.
    @Nullable
    PendingSlice head() {
        return queue.peekFirst();
    }

    /// The sequence number of the newest slice, or -1.
    long newest() {
        PendingSlice last = queue.peekLast();
        return last == null ? -1 : last.sequence();
    }

    /// What the file shows beyond what is committed. May be called without the lock.
    @Nullable
    Pending shown() {
        return shown;
    }

    /// The slices of a chunk, oldest first.
    List<PendingSlice> of(int chunk) {
        return byChunk.getOrDefault(chunk, List.of());
    }

    /// The slice that takes a write of `[at, at + count)` in the chunk, or null when a new one must be begun.
    @Nullable
    PendingSlice find(int chunk, int at, int count) {
        List<PendingSlice> slices = of(chunk);
        for (int i = slices.size() - 1; i >= 0; i--) {
            PendingSlice slice = slices.get(i);
            if (slice.takes(at)) {
                return slice;
            }
            if (slices.size() - i > GROWING_MAX) {
                freeze(slice);
            }
            if (slice.overlaps(at, at + count)) {
                return null;
            }
        }
        return null;
    }

    /// Begins a slice, to be written to at once.
    PendingSlice begin(long id, int chunk, int at, long nowNanos) {
        var slice = new PendingSlice(id, chunk, at, sequence++, blockSize, nowNanos);
        queue.addLast(slice);
        byChunk.computeIfAbsent(chunk, _ -> new ArrayList<>()).add(slice);
        return slice;
    }

    /// Bytes were written to `slice`, which was `before` bytes long. Time never runs backwards in what is
    /// shown.
    void wrote(PendingSlice slice, int before) {
        if (slice.length() > before && slice.length() % blockSize == 0) {
            ready.add(new Ready(slice, slice.length() / blockSize - 1));
        }
        if (slice.isFull()) {
            freeze(slice);
        }
        Pending old = shown;
        newestTime = old != null && newestTime.compareTo(slice.time()) > 0 ? newestTime : slice.time();
        long end = old == null ? slice.end() : Math.max(old.end(), slice.end());
        shown = new Pending(end, newestTime);
    }

    /// Lets a slice change no more and its last block go up.
    void freeze(PendingSlice slice) {
        if (!slice.isFrozen()) {
            slice.freeze();
            if (slice.length() % blockSize != 0) {
                ready.add(new Ready(slice, slice.blockCount() - 1));
            }
        }
    }

    void freezeAll() {
        queue.forEach(this::freeze);
    }

    /// The memory of blocks that may still be written to.
    long growingBytes() {
        long bytes = 0;
        for (PendingSlice slice : queue) {
            bytes += slice.growingBytes();
        }
        return bytes;
    }

    /// Freezes what is older than 5 s or was not written to for 1 s, and of too many slices the older half:
    /// a foreign gc spares blocks without a record for an hour only.
    void freezeDue(long nowNanos) {
        int left = queue.size() > CROWDED ? queue.size() / 2 : 0;
        for (PendingSlice slice : queue) {
            if (left-- > 0 || slice.ageNanos(nowNanos) > AGE_MAX_NANOS || slice.idleNanos(nowNanos) > IDLE_MAX_NANOS) {
                freeze(slice);
            }
        }
    }

    /// The next block to go up, or null.
    @Nullable
    Ready nextReady() {
        return ready.pollFirst();
    }

    /// All blocks to go up.
    List<Ready> takeReady() {
        if (ready.isEmpty()) {
            return List.of();
        }
        List<Ready> all = List.copyOf(ready);
        ready.clear();
        return all;
    }

    /// Takes the head away: it has been committed, or given up.
    void removeHead() {
        PendingSlice head = queue.removeFirst();
        List<PendingSlice> slices = byChunk.get(head.chunk());
        if (slices != null && slices.remove(head) && slices.isEmpty()) {
            byChunk.remove(head.chunk());
        }
        long end = 0;
        for (PendingSlice slice : queue) {
            end = Math.max(end, slice.end());
        }
        shown = queue.isEmpty() ? null : new Pending(end, newestTime);
    }
}
