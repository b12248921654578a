package mountagent.service;

import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToDoubleFunction;
import mountagent.base.Clock;
import mountagent.base.SpaceInfo;
import mountagent.base.Threads;
import mountagent.block.BlockStore;
import mountagent.cache.CacheStatistics;
import mountagent.chunk.FileData;
import mountagent.maintenance.dump.MetadataBackup;
import mountagent.meta.MetaStore;
import mountagent.metrics.Buckets;
import mountagent.metrics.Histogram;
import mountagent.metrics.Label;
import mountagent.metrics.MetricRegistry;
import mountagent.metrics.MetricText;
import mountagent.metrics.MetricUnit;
import mountagent.metrics.ProcessMetrics;
import mountagent.observe.AccessLog;
import mountagent.observe.ObservedFs;
import mountagent.volume.VolumeFs;
import org.jspecify.annotations.Nullable;

/// What one mount tells of itself: its metrics, its access log, and the page for Prometheus. Thread-safe.
final class MountObservation implements AutoCloseable {
    private static final double NANOS = 1e9;
    private static final Buckets COMPACTED = Buckets.exponential(1024, 2, 16);

    private final MetricRegistry registry = new MetricRegistry();
    private final AccessLog accessLog;
    private final Clock clock;
    private final long begun;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final List<ObservedFs> views = new CopyOnWriteArrayList<>();
    private @Nullable MetricsServer server;
    private boolean isClosed;

    MountObservation(Clock clock) {
        this.clock = clock;
        this.accessLog = new AccessLog(clock, ZoneId.systemDefault());
        this.begun = clock.nanoTime();
    }

    /// Where parts of the mount count what they do.
    MetricRegistry registry() {
        return registry;
    }

    /// The same with the numbers that are only asked for when somebody looks: naming them all takes time that a mount
    /// which is not ready yet has better uses for.
    MetricRegistry complete() {
        lock.lock();
        try {
            for (var part = later.poll(); part != null; part = later.poll()) {
                part.run();
            }
            return registry;
        } finally {
            lock.unlock();
        }
    }

    private void later(Runnable registration) {
        lock.lock();
        try {
            later.add(registration);
        } finally {
            lock.unlock();
        }
    }

    AccessLog accessLog() {
        return accessLog;
    }

    /// The same view of the volume, observed.
    VolumeFs around(VolumeFs volume) {
        var observed = new ObservedFs(volume, accessLog, registry, clock);
        views.add(observed);
        return observed;
    }

    /// How many operations were done through all views so far.
    long operations() {
        return views.stream().mapToLong(ObservedFs::operations).sum();
    }

    /// Shows the page at `address`, soon and on a thread of its own: nobody waits for it.
    void listen(MetricsAddress address, String volume, Path mountPoint) {
        if (address.isOn()) {
            var labels = labels(address, volume, mountPoint);
            Threads.platform("metrics-start-")
                    .newThread(() -> start(address, labels))
                    .start();
        }
    }

    private void start(MetricsAddress address, List<Label> labels) {
        lock.lock();
        try {
            if (!isClosed) {
                server = MetricsServer.start(address, () -> MetricText.prometheus(complete(), labels));
            }
        } finally {
            lock.unlock();
        }
    }

    private static List<Label> labels(MetricsAddress address, String volume, Path mountPoint) {
        List<Label> labels = new ArrayList<>(List.of(
                new Label("instance", Registration.hostName()),
                new Label("juicefs_version", Version.text()),
                new Label("mp", mountPoint.toString()),
                new Label("vol_name", volume)));
        for (Label own : address.labels()) {
            labels.removeIf(label -> label.name().equals(own.name()));
            labels.add(own);
        }
        return labels;
    }

    /// Adds what the parts of an open volume keep themselves.
    void watch(MetaStore meta, FileData data, BlockStore blocks) {
        compactions(data);
        later(() -> register(meta, data, blocks));
    }

    private void register(MetaStore meta, FileData data, BlockStore blocks) {
        ProcessMetrics.register(registry, clock::nanoTime, begun);
        space("used_space", "Total used space in bytes.", meta, at -> at.totalBytes() - at.availableBytes());
        space("total_space", "Total space in bytes.", meta, SpaceInfo::totalBytes);
        space("used_inodes", "Total used number of inodes.", meta, at -> at.totalInodes() - at.availableInodes());
        space("total_inodes", "Total number of inodes.", meta, SpaceInfo::totalInodes);
        registry.gauge(
                "subdir_info",
                "Subdir configuration for JuiceFS mount (empty string means root mount)",
                () -> 1,
                new Label("subdir", ""));
        buffers(data, blocks);
        cache(blocks);
        cacheTimes(blocks);
        staging(blocks);
    }

    /// Adds when the metadata was backed up.
    void watch(MetadataBackup backup) {
        later(() -> {
            registry.gauge("last_successful_backup", "Last successful backup.", backup::succeededSeconds);
            registry.gauge("last_backup_duration", "Last backup duration.", () -> backup.tookNanos() / NANOS);
        });
    }

    private void space(String name, String help, MetaStore meta, ToDoubleFunction<SpaceInfo> part) {
        registry.gauge(name, help, () -> part.applyAsDouble(meta.knownSpace()));
    }

    private void compactions(FileData data) {
        Histogram sizes = registry.histogram(
                "compact_size_histogram_bytes",
                "Distribution of size of compacted data in bytes.",
                COMPACTED,
                MetricUnit.AS_COUNTED);
        data.compactor().onCompacted(sizes::observe);
    }

    private void buffers(FileData data, BlockStore blocks) {
        registry.gauge(
                "used_buffer_size_bytes",
                "size of currently used buffer.",
                () -> Math.max(0, blocks.pool().usedBytes() - blocks.keptBytes()));
        registry.gauge("store_cache_size_bytes", "size of store cache.", blocks::keptBytes);
        registry.gauge(
                "used_read_buffer_size_bytes",
                "size of currently used buffer for read",
                () -> Math.max(0, blocks.pool().usedBytes() - blocks.keptBytes() - data.pendingBytes()));
    }

    private void cache(BlockStore blocks) {
        counted(blocks, "blockcache_hits", "read from cached block", CacheStatistics::hits);
        counted(blocks, "blockcache_hit_bytes", "read bytes from cached block", CacheStatistics::hitBytes);
        counted(blocks, "blockcache_miss", "missed read from cached block", CacheStatistics::misses);
        counted(blocks, "blockcache_miss_bytes", "missed bytes from cached block", CacheStatistics::missBytes);
        counted(blocks, "blockcache_writes", "written cached block", CacheStatistics::writes);
        counted(blocks, "blockcache_write_bytes", "write bytes of cached block", CacheStatistics::writeBytes);
        counted(blocks, "blockcache_drops", "dropped block", CacheStatistics::drops);
        counted(blocks, "blockcache_evicts", "evicted cache blocks", CacheStatistics::evictions);
        counted(blocks, "blockcache_io_errors", "failed operations on the cache", CacheStatistics::ioErrors);
        counted(
                blocks,
                "blockcache_corruptions",
                "cached blocks that were removed since they were damaged",
                CacheStatistics::corruptions);
        gauge(blocks, "blockcache_blocks", "number of cached blocks", CacheStatistics::items);
        gauge(blocks, "blockcache_bytes", "number of cached bytes", CacheStatistics::usedBytes);
    }

    private void cacheTimes(BlockStore blocks) {
        registry.summed(
                "blockcache_read_hist_seconds",
                "read cached block latency distribution",
                () -> blocks.cacheStatistics().hits(),
                () -> blocks.cacheStatistics().readNanos() / NANOS);
        registry.summed(
                "blockcache_write_hist_seconds",
                "write cached block latency distribution",
                () -> blocks.cacheStatistics().writes(),
                () -> blocks.cacheStatistics().writeNanos() / NANOS);
    }

    private void staging(BlockStore blocks) {
        gauge(blocks, "staging_blocks", "Number of blocks in the staging path.", CacheStatistics::stagedItems);
        gauge(
                blocks,
                "staging_block_bytes",
                "Total bytes of blocks in the staging path.",
                CacheStatistics::stagedBytes);
        // nothing is staged by this client: the names are there for those who watch them
        for (var name : List.of("staging_block_delay_seconds", "staging_block_errors", "staging_write_bytes")) {
            registry.counted(name, "Nothing is staged by this client.", () -> 0);
        }
        registry.gauge("staging_writing_blocks", "Nothing is staged by this client.", () -> 0);
    }

    private void counted(BlockStore blocks, String name, String help, ToDoubleFunction<CacheStatistics> part) {
        registry.counted(name, help, () -> part.applyAsDouble(blocks.cacheStatistics()));
    }

    private void gauge(BlockStore blocks, String name, String help, ToDoubleFunction<CacheStatistics> part) {
        registry.gauge(name, help, () -> part.applyAsDouble(blocks.cacheStatistics()));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            if (server != null) {
                server.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
