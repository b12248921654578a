package mountagent.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import mountagent.base.Clock;
import mountagent.base.Threads;
import mountagent.cache.sys.DiskSpace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks after one cache directory in the background: walks it, watches the space of its disk, whether the
/// disk is still mounted, and whether it works again after it did not; makes room; expires.
///
/// One thread for the walks, which may take long, and one for the rest, so that a disk that hangs holds nobody
/// but them.
final class DirectoryCare implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryCare.class);
    private static final long TICK_MILLIS = 1_000;
    private static final Duration LOCK_EVERY = Duration.ofSeconds(10);
    private static final Duration PROBE_WRITES_EVERY = Duration.ofSeconds(5);
    private static final Duration EXPIRE_EVERY = Duration.ofMinutes(1);
    private static final long CLOSE_SECONDS = 5;

    private final CacheDirectory directory;
    private final LocalFiles local;
    private final CacheOptions options;
    private final Clock clock;
    private final String id;
    private final long device;
    private final ScheduledThreadPoolExecutor ticks;
    private final ScheduledThreadPoolExecutor walks;
    private long lockDue;
    private long probeDue;
    private long expireDue;
    private volatile boolean isClosed;

    /// The care of a directory whose id is `id`; `local` makes what the layout needs.
    DirectoryCare(CacheDirectory directory, LocalFiles local, CacheOptions options, Clock clock, String id)
            throws IOException {
        this.directory = directory;
        this.local = local;
        this.options = options;
        this.clock = clock;
        this.id = id;
        this.device = directory.files().device(directory.layout().root());
        this.ticks = new ScheduledThreadPoolExecutor(1, Threads.platform("cache-care-"));
        this.walks = new ScheduledThreadPoolExecutor(1, Threads.platform("cache-walk-"));
        ticks.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        walks.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        lockDue = clock.nanoTime() + LOCK_EVERY.toNanos();
        probeDue = clock.nanoTime();
        expireDue = clock.nanoTime() + EXPIRE_EVERY.toNanos();
    }

    /// Begins.
    void start() {
        var _ = ticks.scheduleWithFixedDelay(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
        var _ = walks.schedule(this::walk, 0, TimeUnit.MILLISECONDS);
    }

    /// One walk, and the next one after its time.
    void walk() {
        try {
            long start = clock.nanoTime();
            long found = new DirectoryWalk(directory, local, () -> isClosed).run();
            LOG.debug(
                    "found {} blocks in cache directory {} within {} ms",
                    found,
                    directory.layout().home(),
                    (clock.nanoTime() - start) / 1_000_000);
        } catch (IOException | RuntimeException e) {
            if (!isClosed) {
                LOG.warn(
                        "cannot look through cache directory {}: {}",
                        directory.layout().home(),
                        e.toString());
            }
        }
        if (!isClosed
                && !options.scanEvery().isNegative()
                && !options.scanEvery().isZero()) {
            var _ = walks.schedule(this::walk, options.scanEvery().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /// One look at the disk.
    void tick() {
        try {
            if (isDue(lockDue)) {
                lockDue = clock.nanoTime() + LOCK_EVERY.toNanos();
                checkLock();
            }
            directory.health().tick();
            if (directory.isThere()) {
                checkSpace();
                probe();
                directory.room().makeRoom();
            }
            if (isDue(expireDue)) {
                expireDue = clock.nanoTime() + EXPIRE_EVERY.toNanos();
                directory.room().expire();
            }
        } catch (IOException e) {
            // The first question then is whether it is still there.
            lockDue = clock.nanoTime();
            directory.health().failed("cannot look after it: " + CacheDirectory.reason(e));
        } catch (RuntimeException e) {
            LOG.error(
                    "looking after cache directory {} failed",
                    directory.layout().home(),
                    e);
        }
    }

    private boolean isDue(long time) {
        return clock.nanoTime() - time >= 0;
    }

    /// A lock file that has gone means that the disk was unmounted, unless the directory still is on the same
    /// disk: then somebody has emptied it.
    private void checkLock() throws IOException {
        CacheLayout layout = directory.layout();
        boolean isOurs = id.equals(layout.readId());
        if (isOurs && !directory.isThere()) {
            LOG.info("cache directory {} is there again", layout.home());
            directory.setThere(true);
            directory.resumeWrites();
        } else if (!isOurs && directory.isThere()) {
            if (layout.readId() == null && directory.files().device(layout.root()) == device) {
                LOG.info("cache directory {} was emptied and is filled again", layout.home());
                directory.index().clear();
                layout.restoreId(local, id);
            } else {
                LOG.warn(
                        "cache directory {} has gone: is its disk unmounted? Not used until it is back", layout.home());
                directory.setThere(false);
            }
        }
    }

    private void checkSpace() throws IOException {
        DiskSpace space = directory.files().space(directory.layout().root());
        directory.room().learn(space);
    }

    /// Tries whether a disk that did not work works again.
    private void probe() {
        boolean isSick = directory.health().state() != DiskHealth.State.NORMAL;
        if (!isSick && (directory.writesStopped() == null || !isDue(probeDue))) {
            return;
        }
        probeDue = clock.nanoTime() + PROBE_WRITES_EVERY.toNanos();
        int token = directory.health().beginProbe();
        try {
            var path = directory.layout().probe(ProcessHandle.current().pid() + "");
            boolean isWritten = directory.files().write(path, ByteBuffer.wrap(new byte[BlockFile.PIECE_BYTES]));
            if (isWritten) {
                directory.files().open(path, BlockFile.PIECE_BYTES).release();
                boolean _ = directory.files().delete(path);
                directory.resumeWrites();
            }
        } catch (IOException e) {
            if (isSick) {
                directory.health().failed("still fails: " + CacheDirectory.reason(e));
            }
        } catch (BlockFile.CorruptException e) {
            directory.health().failed("does not keep what is written: " + e.getMessage());
        } finally {
            directory.health().end(token);
        }
    }

    @Override
    public void close() {
        isClosed = true;
        ticks.shutdownNow();
        walks.shutdownNow();
        try {
            if (!ticks.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)
                    || !walks.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn(
                        "cache directory {} does not answer; leaving it alone",
                        directory.layout().home());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
