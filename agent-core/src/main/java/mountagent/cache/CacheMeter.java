package mountagent.cache;

import java.util.concurrent.atomic.LongAdder;

/// What one cache directory did so far.
final class CacheMeter {
    final LongAdder writes = new LongAdder();
    final LongAdder writeBytes = new LongAdder();
    final LongAdder writeNanos = new LongAdder();
    final LongAdder readNanos = new LongAdder();
    final LongAdder drops = new LongAdder();
    final LongAdder evictions = new LongAdder();
    final LongAdder evictedBytes = new LongAdder();
    final LongAdder corruptions = new LongAdder();

    CacheStatistics with(CacheIndex index, long ioErrors) {
        return new CacheStatistics(
                0,
                0,
                0,
                0,
                writes.sum(),
                writeBytes.sum(),
                writeNanos.sum(),
                readNanos.sum(),
                drops.sum(),
                evictions.sum(),
                evictedBytes.sum(),
                corruptions.sum(),
                ioErrors,
                index.usedBytes(),
                index.items(),
                index.stagedBytes(),
                index.stagedItems());
    }
}
