package mountagent.base;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Memory for what lasts as long as one transfer, in pieces of one size. Pieces are kept and used again; there are
/// never more than `piecesMax`. Thread-safe.
public final class Scratch {
    private final Supplier<MemorySegment> source;
    private final Semaphore permits;
    private final Queue<MemorySegment> kept = new ConcurrentLinkedQueue<>();

    private Scratch(Supplier<MemorySegment> source, int piecesMax) {
        this.source = source;
        this.permits = new Semaphore(piecesMax);
    }

    /// Pieces off the heap.
    public static Scratch offHeap(long pieceBytes, int piecesMax) {
        return new Scratch(() -> Arena.ofAuto().allocate(pieceBytes), piecesMax);
    }

    /// Pieces that are arrays, for those who can work on nothing else.
    public static Scratch onHeap(int pieceBytes, int piecesMax) {
        return new Scratch(() -> MemorySegment.ofArray(new byte[pieceBytes]), piecesMax);
    }

    /// A piece with whatever is in it, waiting up to `max`; null when there is none by then or the thread was
    /// interrupted (its flag stays set). Whoever takes it gives it back.
    public @Nullable MemorySegment take(Duration max) {
        try {
            if (!permits.tryAcquire(max.toNanos(), TimeUnit.NANOSECONDS)) {
                return null;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return null;
        }
        MemorySegment piece = kept.poll();
        return piece == null ? source.get() : piece;
    }

    /// Takes back a piece that [#take] answered.
    public void giveBack(MemorySegment piece) {
        kept.add(piece);
        permits.release();
    }
}
