package mountagent.chunk;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import mountagent.block.BlockBuffer;
import mountagent.block.BlockKey;
import mountagent.meta.Slice;
import org.jspecify.annotations.Nullable;

/// A slice in the making: one continuous range of a chunk that grows at its end and is cut into blocks from
/// its start.
///
/// A block that is full goes up while the slice still grows and does not change any more; what may be
/// written again is the last block alone. Once frozen the slice does not change; when all its blocks have
/// settled it can be committed. Guarded by the lock of its [InodeState].
final class PendingSlice {
    private final long id;
    private final int chunk;
    private final int pos;
    private final long sequence;
    private final long bornNanos;
    private final int blockSize;
    /// The bytes of each block from its first write until it is stored.
    private final List<@Nullable BlockBuffer> buffers = new ArrayList<>();

    private int length;
    private long writtenNanos;
    private Timestamp time;
    private boolean isFrozen;
    private int settledBlocks;
    private final List<BlockKey> stored = new ArrayList<>();
    private @Nullable FsException failure;

    PendingSlice(long id, int chunk, int pos, long sequence, int blockSize, long nowNanos) {
        this.id = id;
        this.chunk = chunk;
        this.pos = pos;
        this.sequence = sequence;
        this.blockSize = blockSize;
        this.bornNanos = nowNanos;
        this.writtenNanos = nowNanos;
        this.time = Timestamp.EPOCH;
    }

    int chunk() {
        return chunk;
    }

    int pos() {
        return pos;
    }

    int length() {
        return length;
    }

    long sequence() {
        return sequence;
    }

    Timestamp time() {
        return time;
    }

    boolean isFrozen() {
        return isFrozen;
    }

    @Nullable
    FsException failure() {
        return failure;
    }

    /// Blocks that the store holds.
    List<BlockKey> stored() {
        return List.copyOf(stored);
    }

    /// The record that shows all of it.
    Slice record() {
        return Slice.whole(pos, id, length);
    }

    /// First byte of the file after it.
    long end() {
        return (long) chunk * Sizes.CHUNK + pos + length;
    }

    long ageNanos(long nowNanos) {
        return nowNanos - bornNanos;
    }

    long idleNanos(long nowNanos) {
        return nowNanos - writtenNanos;
    }

    /// Whether a write at `at` of the chunk may go into it: at its end, or over bytes of its last block.
    boolean takes(int at) {
        return !isFrozen && at >= pos + length - length % blockSize && at <= pos + length;
    }

    /// Whether it has bytes in `[from, to)` of the chunk.
    boolean overlaps(int from, int to) {
        return from < pos + length && to > pos;
    }

    /// Whether it reaches the end of its chunk.
    boolean isFull() {
        return pos + length == Sizes.CHUNK;
    }

    /// The block that a write at `at` of the chunk goes to.
    int blockAt(int at) {
        return (at - pos) / blockSize;
    }

    /// How many bytes of the block of `at` follow `at`.
    int roomAfter(int at) {
        return blockSize - (at - pos) % blockSize;
    }

    @Nullable
    BlockBuffer buffer(int block) {
        return block < buffers.size() ? buffers.get(block) : null;
    }

    /// Gives a block its memory, a first time or more of it; what it held before must have been copied.
    void setBuffer(int block, BlockBuffer buffer) {
        if (block == buffers.size()) {
            buffers.add(buffer);
        } else {
            buffers.set(block, buffer);
        }
    }

    /// Copies `source` to `at` of the chunk, within one block whose memory is large enough.
    void copyIn(int at, MemorySegment source, Timestamp now, long nowNanos) {
        assert takes(at) : "a write goes to the last block";
        BlockBuffer buffer = buffer(blockAt(at));
        if (buffer == null) {
            throw new IllegalStateException("block " + blockAt(at) + " of slice " + id + " has no memory");
        }
        MemorySegment.copy(source, 0, buffer.memory(), (at - pos) % blockSize, source.byteSize());
        length = Math.max(length, at - pos + (int) source.byteSize());
        writtenNanos = nowNanos;
        time = now;
    }

    /// The memory of its last block, if that may still be written to.
    long growingBytes() {
        BlockBuffer last = isFrozen || length % blockSize == 0 ? null : buffer(blockCount() - 1);
        return last == null ? 0 : last.capacityBytes();
    }

    /// No byte changes after this.
    void freeze() {
        isFrozen = true;
    }

    int blockCount() {
        return BlockKey.count(length, blockSize);
    }

    /// The name of a block that does not change any more.
    BlockKey key(int block) {
        return BlockKey.at(id, length, block * blockSize, blockSize);
    }

    /// A block has been stored: its memory is not needed here any more and is the caller's to release.
    @Nullable
    BlockBuffer blockStored(int block) {
        settledBlocks++;
        stored.add(key(block));
        return takeBuffer(block);
    }

    /// A block has not been stored, or not tried because another one was not.
    @Nullable
    BlockBuffer blockFailed(int block, @Nullable FsException cause) {
        settledBlocks++;
        if (failure == null) {
            failure = cause;
        }
        return takeBuffer(block);
    }

    /// A frozen slice whose blocks have all been stored, or have failed.
    boolean isSettled() {
        return isFrozen && settledBlocks == blockCount();
    }

    private @Nullable BlockBuffer takeBuffer(int block) {
        return buffers.set(block, null);
    }
}
