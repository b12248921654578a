package mountagent.service;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.block.BlockFormat;
import mountagent.block.BlockOptions;
import mountagent.block.BlockStore;
import mountagent.block.Compression;
import mountagent.chunk.DataOptions;
import mountagent.chunk.FileData;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.meta.memory.MemoryEngine;
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

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final VolumeFs view;

    /// Where the metadata of one is.
    enum Metadata {
        SQLITE,
        /// For volumes whose metadata is on a server: nothing is asked of it.
        MEMORY
    }

    /// A new one in `folder`, which is empty.
    ScratchVolume(Path folder, Metadata metadata, Environment environment, Clock clock)
            throws CommandFailure, FsException {
        parts.push(() -> delete(folder));
        var isOpen = false;
        try {
            view = open(folder, metadata, environment, clock);
            isOpen = true;
        } finally {
            if (!isOpen) {
                close();
            }
        }
    }

    private VolumeFs open(Path folder, Metadata metadata, Environment environment, Clock clock)
            throws CommandFailure, FsException {
        var format = VolumeFormat.create("scratch", UUID.randomUUID().toString())
                .withBucket(folder.resolve("objects") + "/")
                .withTrashDays(0);
        var engine = opened(engine(folder, metadata));
        MetaStore.format(engine, format, clock);
        var table = new OpenFileTable();
        var meta = opened(MetaStore.open(engine, MetaOptions.of(clock).withOpenFiles(table)));
        var store = ObjectStores.create(format, environment);
        var blockFormat = new BlockFormat(format.blockSizeBytes(), Compression.NONE, format.hashPrefix());
        var blocks = opened(BlockStore.open(store, blockFormat, LIMITS));
        var data = new FileData(meta, blocks, DataOptions.of(format.blockSizeBytes()), clock);
        var volume = opened(Volume.open(meta, data, table, Volume.Mode.READ_WRITE, clock));
        var accessLog = new AccessLog(clock, ZoneId.systemDefault());
        return new ObservedFs(volume.frontEnd(new Origin("scratch")), accessLog, new MetricRegistry(), clock);
    }

    private static MetaEngine engine(Path folder, Metadata metadata) throws FsException {
        return switch (metadata) {
            case SQLITE ->
                SqlEngine.open(SqliteLocation.of(folder.resolve("meta.db")), SqlOptions.of(SqlOptions.Access.CREATE));
            case MEMORY -> new MemoryEngine();
        };
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
