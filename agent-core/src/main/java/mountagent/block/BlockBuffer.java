package mountagent.block;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/// A piece of off-heap memory of a [BlockPool], shared by counting: it goes back when the last holder
/// releases it.
///
/// Made with one holder. The memory is not cleared. Whoever holds the buffer may read it; who may write it
/// is up to its holders.
public final class BlockBuffer {
    private final BlockPool pool;
    private final BlockPool.Place place;
    private final MemorySegment memory;
    private final AtomicInteger holders = new AtomicInteger(1);

    BlockBuffer(BlockPool pool, BlockPool.Place place, MemorySegment memory) {
        this.pool = pool;
        this.place = place;
        this.memory = memory;
    }

    /// The memory, at least as long as was asked for.
    public MemorySegment memory() {
        assert holders.get() > 0 : "memory of a buffer that nobody holds";
        return memory;
    }

    /// How much of the pool the buffer takes.
    public int capacityBytes() {
        return (int) memory.byteSize();
    }

    /// Adds a holder; false when the buffer has gone back already.
    public boolean retain() {
        int count = holders.get();
        while (count > 0) {
            if (holders.compareAndSet(count, count + 1)) {
                return true;
            }
            count = holders.get();
        }
        return false;
    }

    /// Takes a holder away; the last one gives the memory back.
    public void release() {
        int left = holders.decrementAndGet();
        if (left < 0) {
            throw new IllegalStateException("a buffer was released more often than held");
        }
        if (left == 0) {
            pool.takeBack(place);
        }
    }
}
