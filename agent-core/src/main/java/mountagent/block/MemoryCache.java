package mountagent.block;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Blocks that stay in memory after they were read or written, as plain bytes. Holds each of its buffers
/// once.
///
/// Eviction runs on the thread that adds (reference: libraries.md, "Caffeine"); what bounds memory is the
/// pool, not this index.
final class MemoryCache {
    private static final int EVICTED_AT_ONCE = 8;

    private final Cache<BlockKey, BlockBuffer> blocks;

    MemoryCache(long capacityBytes) {
        this.blocks = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(capacityBytes)
                .weigher((BlockKey _, BlockBuffer buffer) -> buffer.capacityBytes())
                .removalListener((@Nullable BlockKey _, @Nullable BlockBuffer buffer, RemovalCause _) -> {
                    if (buffer != null) {
                        buffer.release();
                    }
                })
                .build();
    }

    /// Copies a part of a block, if it is here.
    boolean read(BlockKey key, int offset, MemorySegment target) {
        BlockBuffer buffer = blocks.getIfPresent(key);
        if (buffer == null || !buffer.retain()) {
            return false;
        }
        try {
            MemorySegment.copy(buffer.memory(), offset, target, 0, target.byteSize());
            return true;
        } finally {
            buffer.release();
        }
    }

    /// How many bytes the blocks here occupy.
    long bytes() {
        return blocks.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
    }

    boolean has(BlockKey key) {
        return blocks.getIfPresent(key) != null;
    }

    /// Keeps a block; the caller goes on holding the buffer and must not change it.
    void keep(BlockKey key, BlockBuffer buffer) {
        if (buffer.retain()) {
            blocks.put(key, buffer);
        }
    }

    void drop(BlockKey key) {
        blocks.invalidate(key);
    }

    /// Gives up blocks that were not used for long until about `bytes` are free.
    void release(long bytes) {
        var eviction = blocks.policy().eviction().orElseThrow();
        for (long freed = 0; freed < bytes; ) {
            var coldest = eviction.coldest(EVICTED_AT_ONCE);
            if (coldest.isEmpty()) {
                return;
            }
            for (var entry : coldest.entrySet()) {
                if (freed < bytes && blocks.asMap().remove(entry.getKey(), entry.getValue())) {
                    freed += entry.getValue().capacityBytes();
                }
            }
        }
    }

    void clear() {
        blocks.invalidateAll();
        blocks.cleanUp();
    }
}
