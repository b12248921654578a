package mountagent.service;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Tally;
import mountagent.block.BlockOptions;
import mountagent.block.BlockStore;
import mountagent.cache.BlockCache;
import mountagent.cache.CacheOptions;
import mountagent.cache.DiskCache;
import mountagent.chunk.BlockWarming;
import mountagent.chunk.DataOptions;
import mountagent.chunk.FileData;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.meta.redis.RedisEngine;
import mountagent.meta.redis.RedisLimits;
import mountagent.meta.redis.practice.LoopbackRedis;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqliteLocation;
import mountagent.metrics.MetricRegistry;
import mountagent.observe.AccessLog;
import mountagent.observe.ObservedFs;
import mountagent.volume.OpenFileTable;
import mountagent.volume.Origin;
import mountagent.volume.Volume;
import mountagent.volume.VolumeFs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A small volume of nobody's in a folder of its own, put together as a mount puts one together. Closing it deletes
/// the folder and all in it.
final class ScratchVolume implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ScratchVolume.class);

    private static final BlockOptions LIMITS =
            new BlockOptions(64L << 20, 16L << 20, 4, 4, BlockOptions.DEFAULT.waitMax());
    /// So little is kept in memory that some blocks are read from the cache on disk.
    private static final BlockOptions LIMITS_REMOTE =
            new BlockOptions(64L << 20, 6L << 20, 4, 4, BlockOptions.DEFAULT.waitMax());

    private static final long CACHE_BYTES = 32L * Sizes.MIB;
    private static final long CACHE_QUEUE_BYTES = 16L * Sizes.MIB;
    private static final CacheOptions CACHE_LIMITS = new CacheOptions(
            CACHE_BYTES,
            0,
            CacheOptions.DEFAULT.freeRatio(),
            CacheOptions.DEFAULT.fileMode(),
            CacheOptions.DEFAULT.verify(),
            CacheOptions.DEFAULT.eviction(),
            Duration.ZERO,
            Duration.ZERO,
            CACHE_QUEUE_BYTES);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final ScratchModel model;
    private final FileData data;
    private final VolumeFs view;

    /// A new one, like `model`, in `folder`, which is empty.
    ScratchVolume(Path folder, ScratchModel model, Environment environment, Clock clock)
            throws CommandFailure, FsException, IOException {
        parts.push(() -> delete(folder));
        this.model = model;
        var isOpen = false;
        try {
            var format = format(folder);
            var engine = opened(engine(folder, clock));
            MetaStore.format(engine, format, clock);
            var table = new OpenFileTable();
            var meta = opened(MetaStore.open(engine, MetaOptions.of(clock).withOpenFiles(table)));
            var blocks = opened(blocks(folder, format, environment, clock));
            data = new FileData(meta, blocks, DataOptions.of(format.blockSizeBytes()), clock);
            var volume = opened(Volume.open(meta, data, table, Volume.Mode.READ_WRITE, clock));
            var accessLog = new AccessLog(clock, ZoneId.systemDefault());
            view = new ObservedFs(volume.frontEnd(new Origin("scratch")), accessLog, new MetricRegistry(), clock);
            isOpen = true;
        } finally {
            if (!isOpen) {
                close();
            }
        }
    }

    private VolumeFormat format(Path folder) throws IOException {
        var format =
                VolumeFormat.create("scratch", UUID.randomUUID().toString()).withTrashDays(0);
        try {
            format = model.on(format);
        } catch (GeneralSecurityException e) {
            throw new IOException("no key to be had: " + e.getMessage(), e);
        }
        var objects = folder.resolve("objects");
        return switch (model.objects()) {
            case FILES -> format.withBucket(objects + "/");
            case S3 -> {
                var bucket = opened(LoopbackBucket.open(objects));
                yield format.withStorage("minio")
                        .withBucket(bucket.url())
                        .withKeyEncrypted(false)
                        .withAccessKey(bucket.accessKey())
                        .withSecretKey(bucket.secretKey());
            }
        };
    }

    private MetaEngine engine(Path folder, Clock clock) throws FsException, IOException {
        return switch (model.metadata()) {
            case SQLITE ->
                SqlEngine.open(SqliteLocation.of(folder.resolve("meta.db")), SqlOptions.of(SqlOptions.Access.CREATE));
            case REDIS ->
                RedisEngine.open(opened(LoopbackRedis.open()).url(), RedisLimits.DEFAULT, clock, new SecureRandom());
        };
    }

    private BlockStore blocks(Path folder, VolumeFormat format, Environment environment, Clock clock)
            throws CommandFailure {
        var store = ObjectStores.create(format, environment);
        var blockFormat = ObjectStores.blockFormat(format, store);
        if (model.objects() == ScratchModel.Objects.FILES) {
            return BlockStore.open(store, blockFormat, LIMITS);
        }
        var owner = new DiskCache.Owner(format.uuid(), format.hashPrefix());
        var cache = model.cachesOnDisk()
                ? DiskCache.open(List.of(folder.resolve("cache")), owner, CACHE_LIMITS, clock)
                : BlockCache.NONE;
        return BlockStore.open(store, blockFormat, LIMITS_REMOTE, cache);
    }

    /// Whether the objects are behind a network as far as the code is concerned.
    boolean isRemote() {
        return model.objects() == ScratchModel.Objects.S3;
    }

    /// Has the next read of a file of `length` bytes go to the object store.
    void forget(long inode, long length) throws FsException {
        data.warming().run(BlockWarming.Action.EVICT, inode, length, new BlockWarming.Result(), new Tally());
    }

    /// The volume as a front end sees it.
    VolumeFs view() {
        return view;
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                log.debug("closing a scratch volume: {}", e.getMessage(), e);
            }
        }
    }

    /// Deletes `folder` with all in it, not following links.
    static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
