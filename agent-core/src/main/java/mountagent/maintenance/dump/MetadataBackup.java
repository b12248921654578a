package mountagent.maintenance.dump;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.base.Threads;
import mountagent.base.Timestamp;
import mountagent.meta.Counter;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.ReadPlan;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The job of a mount that keeps dumps of the metadata in the object store, under the official client's
/// names, times and limits (reference: volume-format.md §8, maintenance.md §5).
///
/// It looks ten times a period whether a backup is due; of all clients one makes it ([LastBackup]). A backup
/// rests as long as it works, reads on one thread of its own, and is written to a temporary file first, so
/// that memory stays small and the store gets it whole. Older backups are thinned out ([BackupRotation]) only
/// after one has succeeded and all have been listed. Nothing that fails here reaches the mount: it is logged,
/// and tried again when it looks next.
public final class MetadataBackup implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MetadataBackup.class);

    /// The period up to which large volumes are left alone.
    private static final Duration HOUR = Duration.ofHours(1);

    private static final long INODES_MAX_HOURLY = 1_000_000;

    /// A dump of so many takes seconds: an engine may hold still for as long.
    private static final long INODES_MAX_SNAPSHOT = 100_000;

    private static final int LOOKS = 10;
    private static final double JITTER = 0.05;
    private static final int PAGE = 1000;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    /// How often, and with how much; `folder` is for temporary files.
    public record Plan(Duration period, DumpOptions.Trash trash, Path folder) {}

    private final MetaEngine engine;
    private final ObjectStore store;
    private final Plan plan;
    private final Clock clock;
    private final LastBackup last;
    private final ScheduledExecutorService thread = new ScheduledThreadPoolExecutor(1, Threads.platform("backup-"));
    private volatile boolean stopped;
    private volatile long succeededSeconds;
    private volatile long tookNanos;
    private boolean toldTooMany;

    MetadataBackup(MetaEngine engine, ObjectStore store, Plan plan, Clock clock) {
        this.engine = engine;
        this.store = store;
        this.plan = plan;
        this.clock = clock;
        this.last = new LastBackup(engine);
    }

    /// Starts the job. `engine` and `store` stay their owner's, who closes this first.
    public static MetadataBackup start(
            MetaEngine engine, ObjectStore store, Plan plan, Clock clock, RandomGenerator random) {
        var backup = new MetadataBackup(engine, store, plan, clock);
        double part = 1 + JITTER * (2 * random.nextDouble() - 1);
        long pause = Math.max(1, (long) (plan.period().toMillis() * part / LOOKS));
        // look() lets nothing out, so there is nothing to learn from the future
        var _ = backup.thread.scheduleWithFixedDelay(backup::look, pause, pause, TimeUnit.MILLISECONDS);
        return backup;
    }

    /// When this client's last backup was made, in seconds since 1970; 0 when it made none yet.
    public long succeededSeconds() {
        return succeededSeconds;
    }

    /// How long that took.
    public long tookNanos() {
        return tookNanos;
    }

    private void look() {
        try {
            run();
        } catch (FsException | IOException | ObjectStoreException failure) {
            if (!stopped) {
                log.warn("backup of the metadata failed and is tried again later: {}", failure.getMessage());
            }
        } catch (RuntimeException failure) {
            log.error("backup of the metadata failed and is tried again later", failure);
        }
    }

    /// Makes a backup if one is due and this client gets to make it; says whether it did.
    boolean run() throws FsException, IOException, ObjectStoreException {
        Instant now = now();
        if (stopped || hasTooMany() || !last.claim(now, plan.period())) {
            return false;
        }
        boolean isDone = false;
        try {
            backUp(now);
            isDone = true;
        } finally {
            if (!isDone) {
                giveBack(now);
            }
        }
        thinOut(now);
        return true;
    }

    private void giveBack(Instant claimed) {
        try {
            last.giveBack(claimed, plan.period());
        } catch (FsException failure) {
            log.warn("the next backup is due in {}, not at once: {}", plan.period(), failure.getMessage());
        }
    }

    private Instant now() {
        Timestamp time = clock.now();
        return Instant.ofEpochSecond(time.seconds());
    }

    /// A volume of that size takes too long to be dumped each hour.
    private boolean hasTooMany() throws FsException {
        long inodes = inodes();
        boolean tooMany = inodes > INODES_MAX_HOURLY && plan.period().compareTo(HOUR) <= 0;
        if (tooMany && !toldTooMany) {
            log.warn(
                    "the metadata is not backed up: {} inodes are too many for a period of {} minutes;"
                            + " choose a longer one with --backup-meta",
                    inodes,
                    plan.period().toMinutes());
        }
        toldTooMany = tooMany;
        return tooMany;
    }

    private long inodes() throws FsException {
        Item.CounterOf item = new Item.CounterOf(Counter.TOTAL_INODES);
        return engine.read(ReadPlan.of(item), reader -> reader.get(item));
    }

    private void backUp(Instant now) throws FsException, IOException, ObjectStoreException {
        long begin = clock.nanoTime();
        String key = BackupName.at(now);
        Path file = Files.createTempFile(plan.folder(), "metadata-", ".json.gz");
        try {
            dump(file);
            long size = upload(key, file);
            tookNanos = clock.nanoTime() - begin;
            succeededSeconds = now.getEpochSecond();
            log.info(
                    "backup metadata succeed, {} has {} bytes and took {} ms",
                    key,
                    size,
                    Duration.ofNanos(tookNanos).toMillis());
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private void dump(Path file) throws FsException, IOException {
        DumpOptions options = DumpOptions.whole()
                .withTrash(plan.trash())
                .withPace(DumpOptions.Pace.HALF)
                .withView(inodes() < INODES_MAX_SNAPSHOT ? DumpOptions.View.SNAPSHOT : DumpOptions.View.LIVE)
                .withStop(() -> stopped);
        try (OutputStream target = DumpFile.gzip(Files.newOutputStream(file))) {
            MetadataDump.write(engine, options, target, Progress.NONE, clock);
        }
    }

    private long upload(String key, Path file) throws FsException, IOException, ObjectStoreException {
        if (stopped) {
            throw new FsException(Errno.EINTR, "the backup was stopped");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofShared()) {
            store.put(key, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            store.sync(List.of(key));
            return channel.size();
        }
    }

    private void thinOut(Instant now) throws ObjectStoreException {
        for (String key : BackupRotation.expired(keys(), now)) {
            if (stopped) {
                return;
            }
            store.delete(key);
            log.info("removed the old backup {}", key);
        }
    }

    private List<String> keys() throws ObjectStoreException {
        List<String> keys = new ArrayList<>();
        String after = "";
        while (true) {
            ObjectPage page = store.list(BackupName.PREFIX, after, PAGE);
            page.objects().stream().map(ObjectInfo::key).forEach(keys::add);
            if (page.isLast()) {
                return keys;
            }
            after = keys.getLast();
        }
    }

    /// Ends the job: what is under way stops at its next step and makes room for another client; at most 10
    /// seconds are waited for it.
    @Override
    public void close() {
        stopped = true;
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("a backup of the metadata did not end within {}", CLOSE_LIMIT);
                thread.shutdownNow();
            }
        } catch (InterruptedException _) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
