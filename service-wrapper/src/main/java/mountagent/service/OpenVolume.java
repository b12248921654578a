package mountagent.service;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.block.BlockOptions;
import mountagent.block.BlockStore;
import mountagent.chunk.DataOptions;
import mountagent.chunk.FileData;
import mountagent.maintenance.Housekeeping;
import mountagent.maintenance.HousekeepingJob;
import mountagent.maintenance.dump.DumpOptions;
import mountagent.maintenance.dump.MetadataBackup;
import mountagent.meta.AtimeMode;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.object.ObjectStore;
import mountagent.session.ClientSession;
import mountagent.volume.OpenFileTable;
import mountagent.volume.Origin;
import mountagent.volume.VirtualFiles;
import mountagent.volume.Volume;
import mountagent.volume.VolumeFs;
import mountagent.volume.control.ControlFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A volume with everything below it, open and registered; closing it stores what is pending and closes all
/// parts in the reverse order.
final class OpenVolume implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OpenVolume.class);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final MetaUrl url;
    private final MountSpec spec;
    private final Environment environment;
    private final Clock clock;
    private @Nullable ObjectStore store;
    private final OpenFileTable table = new OpenFileTable();
    private final MountObservation observation;

    private OpenVolume(MetaUrl url, MountSpec spec, Environment environment, Clock clock) {
        this.url = url;
        this.spec = spec;
        this.environment = environment;
        this.clock = clock;
        this.observation = opened(new MountObservation(clock));
    }

    /// The parts a front end needs: the volume, its name, and the registration that knows whether it is still
    /// there.
    record Opened(Volume volume, VirtualFiles files, VolumeFormat format, ClientSession session, OpenVolume owner)
            implements AutoCloseable {
        String name() {
            return format.name();
        }

        /// The facade for one front end of the mount, with the files that show beside the volume's own.
        VolumeFs frontEnd(Origin origin) {
            return owner.observation.around(volume.frontEnd(origin, files));
        }

        /// The facade for one front end that shows the volume's own files alone.
        VolumeFs plainFrontEnd(Origin origin) {
            return owner.observation.around(volume.frontEnd(origin));
        }

        /// Begins to compile what programs will need. To be called once they can use the mount.
        void warmUp(ScratchPractice.Doors doors) {
            owner.warmUp(format, doors);
        }

        @Override
        public void close() {
            owner.close();
        }

        /// Lets Prometheus ask for what the mount at `mountPoint` does.
        void listen(MetricsAddress address, Path mountPoint) {
            owner.observation.listen(address, name(), mountPoint);
        }
    }

    /// Opens the volume that `spec` names, for a mount at `mountPoint`, or for a front end that has none and calls
    /// itself so. What was opened before a failure is closed again. `onVolumeGone` is called on a thread of its own
    /// when the volume is destroyed or replaced.
    static Opened open(MetaUrl url, MountSpec spec, Environment environment, Path mountPoint, Runnable onVolumeGone)
            throws CommandFailure {
        var open = new OpenVolume(url, spec, environment, Clock.SYSTEM);
        var isOpen = false;
        try {
            var opened = open.openParts(mountPoint, onVolumeGone);
            isOpen = true;
            return opened;
        } catch (FsException e) {
            throw failure(url, e);
        } finally {
            if (!isOpen) {
                open.close();
            }
        }
    }

    /// The words for a volume that cannot be opened.
    static CommandFailure failure(MetaUrl url, FsException e) {
        if (e.errno() == Errno.ENOENT) {
            return new CommandFailure(
                    url.shown() + ": database is not formatted, please run `juicefs format ...` first", e);
        }
        return new CommandFailure(url.shown() + ": " + e.getMessage(), e);
    }

    private Opened openParts(Path mountPoint, Runnable onVolumeGone) throws CommandFailure, FsException {
        var engine = opened(spec.isReadOnly() ? MetaEngines.openForReaders(url) : MetaEngines.openForWriters(url));
        var meta = opened(MetaStore.open(engine, metaOptions()));
        var format = spec.store().on(meta.format());
        var blocks = opened(blocks(meta, format));
        if (!spec.isReadOnly()) {
            blocks.uploadStaged();
        }
        var options = DataOptions.of(format.blockSizeBytes())
                .withReadAheadBytes(spec.client()
                        .transfers()
                        .readAheadBytes(format.blockSizeBytes(), spec.client().bufferBytes()));
        var data = new FileData(meta, blocks, spec.isReadOnly() ? options.readOnly() : options, clock);
        data.distrustOldBlocks();
        var stale = new StaleFiles(data.remover(), onVolumeGone);
        // closed first to last: jobs, the volume with its data, the registration, blocks, metadata
        var session = opened(ClientSession.open(
                meta, Registration.info(mountPoint, clock), Registration.options(spec), stale, clock));
        var mode = spec.isReadOnly() ? Volume.Mode.READ_ONLY : Volume.Mode.READ_WRITE;
        var volume = opened(Volume.open(meta, data, table, mode, clock));
        opened(stale);
        opened(Housekeeping.start(meta, data, clock, jobs()));
        backUp(engine);
        observation.watch(meta, data, blocks);
        var control = opened(new ControlFile(volume.tools(new Origin("control")), format.name(), blocks.format()));
        var files = new MountFiles(meta, format, spec, observation).of(mountPoint, control, clock.now());
        return new Opened(volume, files, format, session, this);
    }

    private void backUp(MetaEngine engine) {
        var backup = spec.client().backup();
        var objects = store;
        if (objects == null
                || spec.isReadOnly()
                || !spec.client().hasBackgroundJobs()
                || backup.period().isZero()) {
            return;
        }
        var trash = backup.skipsTrash() ? DumpOptions.Trash.LEFT_OUT : DumpOptions.Trash.INCLUDED;
        var folder = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
        var plan = new MetadataBackup.Plan(backup.period(), trash, folder);
        observation.watch(opened(MetadataBackup.start(engine, objects, plan, clock, new SecureRandom())));
    }

    private void warmUp(VolumeFormat format, ScratchPractice.Doors doors) {
        var model = ScratchModel.of(url, format, spec.client().cache());
        opened(WarmUp.start(
                (folder, goesOn) -> new ScratchPractice(
                        new ScratchVolume(folder, model, environment, clock), folder, doors, goesOn, clock),
                observation::operations,
                WarmUp.usualPlace(),
                clock,
                doors == ScratchPractice.Doors.MOUNT ? WarmUp.Effort.USUAL : WarmUp.Effort.WITH_SFTP));
    }

    private MetaOptions metaOptions() {
        return MetaOptions.of(clock)
                .withOpenFiles(table)
                .withReadOnly(spec.isReadOnly())
                .withSkipDirMtime(spec.client().skipDirMtime())
                .withAtimeMode(atimeMode())
                .withMetrics(observation.registry());
    }

    private AtimeMode atimeMode() {
        if (spec.client().keepsEveryAccessTime()) {
            return AtimeMode.STRICTATIME;
        }
        return spec.client().keepsAccessTimes() ? AtimeMode.RELATIME : AtimeMode.NOATIME;
    }

    private Set<HousekeepingJob> jobs() {
        if (spec.isReadOnly()) {
            return Set.of();
        }
        return spec.client().hasBackgroundJobs()
                ? EnumSet.allOf(HousekeepingJob.class)
                : EnumSet.of(HousekeepingJob.BARRIER);
    }

    private BlockStore blocks(MetaStore meta, VolumeFormat format) throws CommandFailure {
        var store = ObjectStores.open(format, StoreUse.of(spec.client()), environment, observation.registry());
        var isTaken = false;
        try {
            log.info("Data use {}", store.describe());
            new BucketCheck(store, format).isOurs();
            if (!spec.isReadOnly()) {
                ObjectStores.checkWritable(format, Files::isWritable);
            }
            var blocks = blocks(meta, store, format);
            this.store = store;
            isTaken = true;
            return blocks;
        } finally {
            if (!isTaken) {
                store.close();
            }
        }
    }

    private BlockStore blocks(MetaStore meta, ObjectStore store, VolumeFormat format) throws CommandFailure {
        var form = ObjectStores.blockFormat(format, store);
        var client = spec.client();
        var cache = BlockCaches.open(
                client.cache(), format, form.compression(), store.isLocal(), client.bufferBytes(), clock);
        return BlockStore.open(store, form, blockOptions(client, meta), cache);
    }

    private static BlockOptions blockOptions(MountSpec.Client client, MetaStore meta) {
        var cached = EnumSet.noneOf(BlockOptions.Cached.class);
        if (client.cache().cachesWholeReads()) {
            cached.add(BlockOptions.Cached.READS);
        }
        if (client.cache().cachesWholeWrites()) {
            cached.add(BlockOptions.Cached.WRITES);
        }
        var memoryBytes = client.cache().memoryBytes();
        return new BlockOptions(
                client.bufferBytes() + memoryBytes,
                client.bufferBytes() / 2 + memoryBytes,
                client.uploadsMax(),
                client.downloadsMax(),
                BlockOptions.DEFAULT.waitMax(),
                client.cache().isOff() ? 0 : client.transfers().prefetchesMax(),
                cached,
                client.transfers().rates(meta));
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            var part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                log.error("closing {} failed: {}", part.getClass().getSimpleName(), e.getMessage(), e);
            }
        }
    }
}
