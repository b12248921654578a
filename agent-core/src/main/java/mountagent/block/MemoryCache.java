package mountagent.block;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Blocks that stay in memory after they were read or written, as plain bytes. Holds each of its buffers
/// once. Thread-safe.
///
/// What was not used for the longest time goes first. A cleverer choice, which keeps what is used often and refuses
/// what comes new, does harm here: a block that was read ahead is used for the first time after it came, and would be
/// refused by a cache that is full, and fetched twice.
final class MemoryCache {
    private static final float LOAD = 0.75f;

    private final ReentrantLock lock = new ReentrantLock();
    private final long capacityBytes;
    /// Guarded by the lock, as is the sum of its buffers; those that were not used for long come first.
    private final LinkedHashMap<BlockKey, BlockBuffer> blocks = new LinkedHashMap<>(16, LOAD, true);

    private long bytes;

    MemoryCache(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /// Copies a part of a block, if it is here.
    boolean read(BlockKey key, int offset, MemorySegment target) {
        BlockBuffer buffer = held(key);
        if (buffer == null) {
            return false;
        }
        try {
            MemorySegment.copy(buffer.memory(), offset, target, 0, target.byteSize());
            return true;
        } finally {
            buffer.release();
        }
    }

    private @Nullable BlockBuffer held(BlockKey key) {
        lock.lock();
        try {
            BlockBuffer buffer = blocks.get(key);
            return buffer != null && buffer.retain() ? buffer : null;
        } finally {
            lock.unlock();
        }
    }

    /// How many bytes the blocks here occupy.
    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    boolean has(BlockKey key) {
        lock.lock();
        try {
            return blocks.containsKey(key);
        } finally {
            lock.unlock();
        }
    }

    /// Keeps a block; the caller goes on holding the buffer and must not change it.
    void keep(BlockKey key, BlockBuffer buffer) {
        if (!buffer.retain()) {
            return;
        }
        List<BlockBuffer> dropped = new ArrayList<>(1);
        lock.lock();
        try {
            BlockBuffer replaced = blocks.put(key, buffer);
            bytes += buffer.capacityBytes();
            if (replaced != null) {
                bytes -= replaced.capacityBytes();
                dropped.add(replaced);
            }
            dropOldest(bytes - capacityBytes, dropped);
        } finally {
            lock.unlock();
        }
        dropped.forEach(BlockBuffer::release);
    }

    void drop(BlockKey key) {
        BlockBuffer buffer;
        lock.lock();
        try {
            buffer = blocks.remove(key);
            bytes -= buffer == null ? 0 : buffer.capacityBytes();
        } finally {
            lock.unlock();
        }
        if (buffer != null) {
            buffer.release();
        }
    }

    /// Gives up blocks that were not used for long until about `count` bytes are free.
    void release(long count) {
        List<BlockBuffer> dropped = new ArrayList<>();
        lock.lock();
        try {
            dropOldest(count, dropped);
        } finally {
            lock.unlock();
        }
        dropped.forEach(BlockBuffer::release);
    }

    /// Called with the lock held; the buffers are released without it.
    private void dropOldest(long count, List<BlockBuffer> dropped) {
        for (long left = count; left > 0 && !blocks.isEmpty(); ) {
            BlockBuffer oldest = blocks.pollFirstEntry().getValue();
            bytes -= oldest.capacityBytes();
            left -= oldest.capacityBytes();
            dropped.add(oldest);
        }
    }

    void clear() {
        release(Long.MAX_VALUE);
    }
}
