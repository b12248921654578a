package mountagent.maintenance;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.base.Threads;
import mountagent.chunk.FileData;
import mountagent.meta.MetaStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The background jobs of a client that has a volume mounted: each runs in its period, one after the other, and is
/// agreed upon with other clients by a guard in the metadata.
///
/// The barrier has a thread of its own, so that a long deletion does not hold it up. A job that fails is logged and
/// tried again in its next period. Thread-safe.
public final class Housekeeping implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

    /// When jobs look for work first: soon, since mounts may be short, but not while one starts up.
    private static final Duration FIRST = Duration.ofMinutes(1);

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final Map<HousekeepingJob, Work> works = new EnumMap<>(HousekeepingJob.class);
    private final ScheduledExecutorService jobs;
    private final ScheduledExecutorService barrier;
    private final Stopping stopping = new Stopping();

    /// What a job does when it is its time.
    @FunctionalInterface
    interface Work {
        void run() throws FsException;
    }

    private Housekeeping(MetaStore meta, FileData data, Clock clock) {
        var deletions = new Deletions(meta, data.remover(), clock, stopping);
        works.put(HousekeepingJob.BARRIER, data::barrierAll);
        works.put(HousekeepingJob.DELETED_FILES, deletions::deletedFiles);
        works.put(HousekeepingJob.RELEASED_SLICES, deletions::releasedSlices);
        works.put(HousekeepingJob.TRASH, deletions::trash);
        jobs = new ScheduledThreadPoolExecutor(1, Threads.platform("housekeeping-"));
        barrier = new ScheduledThreadPoolExecutor(1, Threads.platform("barrier-"));
    }

    /// Starts `wanted` jobs for a client that has a session. `meta` and `data` stay their owner's, who closes this
    /// first.
    public static Housekeeping start(MetaStore meta, FileData data, Clock clock, Set<HousekeepingJob> wanted) {
        Housekeeping housekeeping = new Housekeeping(meta, data, clock);
        wanted.forEach(housekeeping::schedule);
        return housekeeping;
    }

    private void schedule(HousekeepingJob job) {
        long period = job.period().toMillis();
        boolean isBarrier = job == HousekeepingJob.BARRIER;
        long first = isBarrier ? period : FIRST.toMillis();
        // run(job) lets nothing out, so there is nothing to learn from the future
        var _ = (isBarrier ? barrier : jobs)
                .scheduleWithFixedDelay(() -> run(job), first, period, TimeUnit.MILLISECONDS);
    }

    /// Runs a job now on this thread; whatever goes wrong is logged, since a throwable would end its period.
    void run(HousekeepingJob job) {
        try {
            Work work = works.get(job);
            if (work != null && !stopping.isStopped()) {
                work.run();
            }
        } catch (FsException failure) {
            log.warn("background job {} failed and is tried again later: {}", job, failure.getMessage());
        } catch (RuntimeException failure) {
            log.error("background job {} failed and is tried again later", job, failure);
        }
    }

    /// Ends the jobs: what is running stops at its next step, at most 10 seconds are waited for it.
    @Override
    public void close() {
        stopping.stop();
        jobs.shutdown();
        barrier.shutdown();
        try {
            if (!jobs.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                    || !barrier.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("a background job did not end within {}", CLOSE_LIMIT);
                jobs.shutdownNow();
                barrier.shutdownNow();
            }
        } catch (InterruptedException _) {
            jobs.shutdownNow();
            barrier.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /// Tells the jobs that they are to end. Thread-safe.
    static final class Stopping {
        private volatile boolean stopped;

        void stop() {
            stopped = true;
        }

        boolean isStopped() {
            return stopped;
        }
    }
}
