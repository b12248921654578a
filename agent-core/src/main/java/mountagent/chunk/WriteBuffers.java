package mountagent.chunk;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.block.BlockBuffer;
import mountagent.block.BlockPool;
import org.jspecify.annotations.Nullable;

/// The part of the block memory that pending writes may take: three quarters, so that readers always find
/// some.
///
/// When it is used up, writers wait for what comes back. If more than half of it is in blocks that still grow, nothing
/// of which would come back, everything pending is sent on its way; otherwise streams go on in their slices, which
/// would be cut into small blocks. Thread-safe.
final class WriteBuffers {
    private static final Duration STEP = Duration.ofMillis(100);

    private final BlockPool pool;
    private final DirtyFiles dirty;
    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicBoolean isRelieving = new AtomicBoolean();

    WriteBuffers(BlockPool pool, DirtyFiles dirty) {
        this.pool = pool;
        this.dirty = dirty;
    }

    /// A buffer, or null when the caller must wait for room. Never waits.
    @Nullable
    BlockBuffer tryTake(int bytes) {
        if (usedBytes.get() + bytes > pool.limitBytes() / 4 * 3) {
            return null;
        }
        BlockBuffer buffer = pool.tryAcquire(bytes);
        if (buffer != null) {
            usedBytes.addAndGet(buffer.capacityBytes());
        }
        return buffer;
    }

    void giveBack(BlockBuffer buffer) {
        usedBytes.addAndGet(-buffer.capacityBytes());
        buffer.release();
    }

    /// How much pending writes take.
    long usedBytes() {
        return usedBytes.get();
    }

    /// Waits a while for room; the caller tries again then. EIO past `deadline` (of [System#nanoTime]),
    /// EINTR when interrupted.
    void awaitRoom(InodeCommitter writer, long deadline) throws FsException {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new FsException(
                    Errno.EIO,
                    "no room for more writes: " + usedBytes.get() + " bytes wait to be stored, and the object store"
                            + " takes none");
        }
        long step = Math.min(left, STEP.toNanos());
        long seen = pool.returns();
        if (writer.hasLongQueue()) {
            writer.freezeAll();
            writer.awaitShorterQueue(step);
        } else {
            relieve();
            long _ = pool.awaitReturn(seen, step);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new FsException(Errno.EINTR, "interrupted while waiting for room for a write");
        }
    }

    private void relieve() {
        if (isRelieving.compareAndSet(false, true)) {
            try {
                if (2 * growingBytes() > usedBytes.get()) {
                    dirty.all().forEach(InodeCommitter::freezeAll);
                }
            } finally {
                isRelieving.set(false);
            }
        }
    }

    private long growingBytes() {
        long bytes = 0;
        for (InodeCommitter committer : dirty.all()) {
            bytes += committer.growingBytes();
        }
        return bytes;
    }
}
