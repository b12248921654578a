package mountagent.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Memory for the stored form of blocks, in pieces that hold the longest one. Pieces are kept and used
/// again; there are never more than `piecesMax`. Apart from [BlockPool], so that an upload that frees a
/// buffer never waits for one.
final class Scratch {
    private final int pieceBytes;
    private final Semaphore permits;
    private final Queue<MemorySegment> kept = new ConcurrentLinkedQueue<>();

    Scratch(int pieceBytes, int piecesMax) {
        this.pieceBytes = pieceBytes;
        this.permits = new Semaphore(piecesMax);
    }

    /// A piece, waiting up to `max`; null when there is none by then or the thread was interrupted.
    @Nullable
    MemorySegment take(Duration max) {
        try {
            if (!permits.tryAcquire(max.toNanos(), TimeUnit.NANOSECONDS)) {
                return null;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return null;
        }
        MemorySegment piece = kept.poll();
        return piece == null ? Arena.ofAuto().allocate(pieceBytes) : piece;
    }

    void giveBack(MemorySegment piece) {
        kept.add(piece);
        permits.release();
    }
}
