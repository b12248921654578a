package mountagent.block;

import java.util.concurrent.atomic.LongAdder;
import mountagent.cache.CacheStatistics;

/// Counts reads that found their block near, and those that did not.
final class ReadCounts {
    private final LongAdder hits = new LongAdder();
    private final LongAdder hitBytes = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder missBytes = new LongAdder();

    void hit(long bytes) {
        hits.increment();
        hitBytes.add(bytes);
    }

    void miss(long bytes) {
        misses.increment();
        missBytes.add(bytes);
    }

    CacheStatistics addTo(CacheStatistics cache) {
        return cache.withReads(hits.sum(), hitBytes.sum(), misses.sum(), missBytes.sum());
    }
}
