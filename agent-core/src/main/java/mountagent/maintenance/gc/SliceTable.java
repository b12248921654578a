package mountagent.maintenance.gc;

import java.util.List;
import java.util.function.LongPredicate;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.meta.Cursor;
import mountagent.meta.MetaEngine;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;

/// What the metadata knows of each slice: its size and what it is used for. 12 bytes a slot, at most three
/// quarters of them used.
///
/// # Why it misses nothing
///
/// The scans take no snapshot. A slice may be copied to a file that has been scanned already and then removed
/// from one that has not: no record of it is met. But whoever copies a slice counts the reference in the same
/// transaction, and the counts are scanned after the chunks: a count above zero keeps the slice, whether or
/// not a record was met.
///
/// # Open addressing
///
/// Ids are hashed to slots and sought from there on; nothing is ever removed. Not thread-safe.
final class SliceTable {
    /// What a slice is used for; a later constant wins over an earlier one.
    enum Use {
        /// The metadata does not know it.
        UNKNOWN,
        /// Nothing refers to it any more.
        PENDING,
        /// A compaction replaced it, and the trash keeps it.
        COMPACTED,
        /// Records of chunks refer to it.
        USED
    }

    private static final int PAGE = 10_000;
    private static final int SLOTS_FIRST = 1024;
    private static final int USE_BITS = 2;
    /// Instead of a size: records disagree about it or it makes no sense, so no block of it may be judged.
    private static final int SIZE_DISPUTED = 0;

    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final LongPredicate wanted;
    private long[] ids = new long[SLOTS_FIRST];
    private int[] values = new int[SLOTS_FIRST];
    private int count;
    private long usedSlices;
    private long usedBytes;

    private SliceTable(LongPredicate wanted) {
        this.wanted = wanted;
    }

    /// Reads what `engine` knows of the slices whose ids are `wanted`. EIO when a chunk's records cannot be
    /// understood: its slices would be taken for unknown.
    static SliceTable load(MetaEngine engine, LongPredicate wanted) throws FsException {
        SliceTable table = new SliceTable(wanted);
        forEach(engine, new Scan.AllChunks(), table::addChunk);
        forEach(engine, new Scan.DelayedUntil(Long.MAX_VALUE), table::addDelayed);
        forEach(engine, new Scan.SliceCounts(), table::addCounted);
        return table;
    }

    private interface Visitor<R> {
        void visit(R found) throws FsException;
    }

    private static <R> void forEach(MetaEngine engine, Scan<R> scan, Visitor<R> visitor) throws FsException {
        Cursor at = Cursor.START;
        while (at != null) {
            Page<R> page = engine.scan(scan, at, PAGE);
            for (R found : page.records()) {
                visitor.visit(found);
            }
            at = page.next();
        }
    }

    private void addChunk(Scan.PlacedChunk chunk) throws FsException {
        List<Slice> slices = chunk.slices();
        if (slices == null) {
            throw new FsException(
                    Errno.EIO,
                    "chunk " + chunk.chunk().index() + " of inode "
                            + chunk.chunk().inode()
                            + " has records that cannot be understood, so nobody knows which objects they need: run"
                            + " fsck");
        }
        for (Slice slice : slices) {
            if (slice.id() > 0 && wanted.test(slice.id())) {
                usedBytes += slice.size();
                if (add(slice.id(), slice.size(), Use.USED)) {
                    usedSlices++;
                }
            }
        }
    }

    private void addDelayed(Scan.DelayedSlices delayed) {
        for (SliceKey slice : delayed.slices()) {
            if (slice.id() > 0 && wanted.test(slice.id())) {
                usedBytes += slice.size();
                usedSlices++;
                add(slice.id(), slice.size(), Use.COMPACTED);
            }
        }
    }

    private void addCounted(Scan.CountedSlice counted) {
        SliceKey slice = counted.slice();
        if (slice.id() > 0 && wanted.test(slice.id())) {
            boolean isMet = use(slice.id()) != Use.UNKNOWN;
            usedBytes += isMet ? 0 : slice.size();
            add(slice.id(), slice.size(), counted.refs() > 0 && !isMet ? Use.USED : Use.PENDING);
        }
    }

    /// How many slices chunks and compactions that can be undone refer to.
    long usedSlices() {
        return usedSlices;
    }

    /// The bytes of all slices, each as often as it is referred to, and of those that wait for their
    /// deletion.
    long usedBytes() {
        return usedBytes;
    }

    /// What a slice is used for.
    Use use(long id) {
        int slot = slot(id);
        return ids[slot] == 0 ? Use.UNKNOWN : useOf(values[slot]);
    }

    /// Whether a slice that is known may have a block `index` of `length` bytes.
    boolean hasBlock(long id, int index, int length, int blockSize) {
        int size = values[slot(id)] >>> USE_BITS;
        long start = (long) index * blockSize;
        return size == SIZE_DISPUTED || start < size && length == Math.min(blockSize, size - start);
    }

    /// Adds what is known of a slice; whether it is new, or used where it was not before.
    private boolean add(long id, int told, Use use) {
        int size = told > 0 && told <= Sizes.CHUNK ? told : SIZE_DISPUTED;
        int slot = slot(id);
        if (ids[slot] == 0) {
            ids[slot] = id;
            values[slot] = size << USE_BITS | codeOf(use);
            count++;
            grow();
            return true;
        }
        Use before = useOf(values[slot]);
        Use after = use.compareTo(before) > 0 ? use : before;
        int known = values[slot] >>> USE_BITS;
        values[slot] = (known == size ? size : SIZE_DISPUTED) << USE_BITS | codeOf(after);
        return before != after;
    }

    private static int codeOf(Use use) {
        return switch (use) {
            case UNKNOWN -> 0;
            case PENDING -> 1;
            case COMPACTED -> 2;
            case USED -> 3;
        };
    }

    private static Use useOf(int value) {
        return switch (value & ((1 << USE_BITS) - 1)) {
            case 1 -> Use.PENDING;
            case 2 -> Use.COMPACTED;
            case 3 -> Use.USED;
            default -> Use.UNKNOWN;
        };
    }

    private int slot(long id) {
        int mask = ids.length - 1;
        int slot = (int) ((id * MIX) >>> Integer.SIZE) & mask;
        while (ids[slot] != 0 && ids[slot] != id) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        if (count <= ids.length / 4 * 3) {
            return;
        }
        long[] oldIds = ids;
        int[] oldValues = values;
        ids = new long[oldIds.length * 2];
        values = new int[ids.length];
        for (int old = 0; old < oldIds.length; old++) {
            if (oldIds[old] != 0) {
                int slot = slot(oldIds[old]);
                ids[slot] = oldIds[old];
                values[slot] = oldValues[old];
            }
        }
    }
}
