package mountagent.chunk;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import mountagent.block.BlockBuffer;
import org.jspecify.annotations.Nullable;

/// Copies what is written to an inode into its pending slices. Thread-safe.
final class InodeWriter {
    private final FileData data;
    private final InodeState state;
    private final InodeCommitter committer;
    private final int blockSize;
    private final ReentrantLock lock;
    private final PendingSlices pending;
    /// Why the last try took less than all; guarded by the lock.
    private boolean lacksId;

    InodeWriter(FileData data, InodeState state, InodeCommitter committer, int blockSize) {
        this.data = data;
        this.state = state;
        this.committer = committer;
        this.blockSize = blockSize;
        this.lock = state.lock();
        this.pending = state.pending();
    }

    /// What a write lacks to go on.
    private enum Need {
        NOTHING,
        SLICE_ID,
        ROOM
    }

    /// Takes the bytes of `source` as written at `offset` at `time`. Waits, with a limit, while buffers are
    /// full. EFBIG past the largest file, EIO or ENOSPC when an earlier write could not be stored.
    void write(long offset, MemorySegment source, Timestamp time) throws FsException {
        long size = source.byteSize();
        if (offset < 0) {
            throw new FsException(Errno.EINVAL, "offset (" + offset + ") must be >= 0");
        }
        if (offset > Sizes.FILE_MAX - size) {
            throw new FsException(Errno.EFBIG, "write of " + size + " bytes at " + offset + " passes the largest file");
        }
        long done = 0;
        long deadline = 0;
        while (done < size) {
            Need need;
            List<BlockUpload> uploads;
            lock.lock();
            try {
                state.throwFailure();
                long taken = writeSome(offset + done, source.asSlice(done), time);
                done += taken;
                need = done == size ? Need.NOTHING : lacksId ? Need.SLICE_ID : Need.ROOM;
                uploads = committer.takeUploads();
            } finally {
                lock.unlock();
            }
            data.submit(uploads);
            deadline = supply(need, deadline);
        }
    }

    /// Gets what a write lacks; returns when waiting for room must end.
    private long supply(Need need, long deadline) throws FsException {
        switch (need) {
            case NOTHING -> {}
            case SLICE_ID -> data.ids().draw();
            case ROOM -> {
                long end = deadline == 0 ? data.deadline() : deadline;
                data.buffers().awaitRoom(committer, end);
                return end;
            }
        }
        return deadline;
    }

    /// Writes as much as it can without waiting; returns the count of bytes.
    private long writeSome(long offset, MemorySegment source, Timestamp time) {
        long done = 0;
        lacksId = false;
        while (done < source.byteSize()) {
            long at = offset + done;
            int chunk = (int) (at / Sizes.CHUNK);
            int pos = (int) (at % Sizes.CHUNK);
            int count = (int) Math.min(source.byteSize() - done, Sizes.CHUNK - pos);
            int taken = writePart(chunk, pos, source.asSlice(done, count), time);
            if (taken == 0) {
                return done;
            }
            done += taken;
        }
        return done;
    }

    /// Writes up to the end of one block; 0 when there is no id or no room.
    private int writePart(int chunk, int pos, MemorySegment source, Timestamp time) {
        boolean wasEmpty = pending.isEmpty();
        PendingSlice slice = pending.find(chunk, pos, (int) source.byteSize());
        int count = (int) Math.min(source.byteSize(), slice == null ? blockSize : slice.roomAfter(pos));
        if (slice == null) {
            slice = begin(chunk, pos, count);
            if (slice == null) {
                return 0;
            }
        } else if (!makeRoom(slice, pos, count)) {
            return 0;
        }
        int before = slice.length();
        slice.copyIn(pos, source.asSlice(0, count), time, data.nanoTime());
        pending.wrote(slice, before);
        if (wasEmpty) {
            data.becameDirty(committer);
        }
        return count;
    }

    private @Nullable PendingSlice begin(int chunk, int pos, int count) {
        BlockBuffer buffer = pending.size() < PendingSlices.SLICES_MAX ? data.tryBuffer(count) : null;
        if (buffer == null) {
            return null;
        }
        long id = data.ids().tryTake();
        if (id == 0) {
            lacksId = true;
            data.giveBack(buffer);
            return null;
        }
        PendingSlice slice = pending.begin(id, chunk, pos, data.nanoTime());
        slice.setBuffer(0, buffer);
        return slice;
    }

    /// Sees to it that the block at `pos` has memory for `count` bytes from there. The first block of a
    /// slice begins small and grows fourfold, so that many small files fit; later ones are whole at once.
    private boolean makeRoom(PendingSlice slice, int pos, int count) {
        int block = slice.blockAt(pos);
        BlockBuffer old = slice.buffer(block);
        int needed = blockSize - slice.roomAfter(pos) + count;
        if (old != null && old.capacityBytes() >= needed) {
            return true;
        }
        int wanted = blockSize;
        if (block == 0) {
            wanted = Math.max(needed, old == null ? 0 : (int) Math.min(4L * old.capacityBytes(), blockSize));
        }
        BlockBuffer larger = data.tryBuffer(wanted);
        if (larger == null) {
            return false;
        }
        if (old != null) {
            int used = slice.length() - block * blockSize;
            MemorySegment.copy(old.memory(), 0, larger.memory(), 0, used);
        }
        slice.setBuffer(block, larger);
        if (old != null) {
            data.giveBack(old);
        }
        return true;
    }

    /// The same as [#write] if the bytes can be copied into memory at once. False if not, or if an earlier
    /// failure waits to be told: then they are to be written by [#write]; some of them may have been taken
    /// already. Never waits.
    boolean tryWrite(long offset, MemorySegment source, Timestamp time) {
        if (offset < 0 || offset > Sizes.FILE_MAX - source.byteSize() || state.hasFailed() || !lock.tryLock()) {
            return false;
        }
        long done;
        List<BlockUpload> uploads;
        try {
            done = writeSome(offset, source, time);
            uploads = committer.takeUploads();
        } finally {
            lock.unlock();
        }
        data.submit(uploads);
        return done == source.byteSize();
    }
}
