package mountagent.cache;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A cache that keeps nothing, and says whether the block store's memory may act as one.
final class NoCache implements BlockCache {
    private final boolean isEnabled;

    NoCache(boolean isEnabled) {
        this.isEnabled = isEnabled;
    }

    @Override
    public boolean isEnabled() {
        return isEnabled;
    }

    @Override
    public boolean isOnDisk() {
        return false;
    }

    @Override
    public boolean read(CacheKey key, int offset, MemorySegment target) {
        return false;
    }

    @Override
    public boolean has(CacheKey key) {
        return false;
    }

    @Override
    public boolean offer(CacheKey key, MemorySegment plain, Runnable onDone) {
        return false;
    }

    @Override
    public boolean store(CacheKey key, MemorySegment plain) {
        return false;
    }

    @Override
    public boolean evict(CacheKey key) {
        return false;
    }

    @Override
    public void remove(CacheKey key) {
        // Nothing is kept.
    }

    @Override
    public @Nullable CacheLocation find(CacheKey key) {
        return null;
    }

    @Override
    public List<CacheKey> staged(int limit) {
        return List.of();
    }

    @Override
    public boolean readStaged(CacheKey key, MemorySegment target) {
        return false;
    }

    @Override
    public boolean unstage(CacheKey key) {
        return false;
    }

    @Override
    public CacheStatistics statistics() {
        return CacheStatistics.EMPTY;
    }

    @Override
    public void close() {
        // Nothing runs.
    }
}
