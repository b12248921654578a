package mountagent.maintenance;

import java.time.Duration;
import java.util.List;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.chunk.SliceRemover;
import mountagent.meta.Counter;
import mountagent.meta.MetaStore;
import mountagent.meta.Scan;
import mountagent.meta.SliceKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The jobs that delete what nobody can reach any more, each for one client at a time and within a time limit
/// (reference: semantics.md §7 and §16). Runs on one thread.
final class Deletions {
    private static final Logger log = LoggerFactory.getLogger(Deletions.class);

    private static final long HOUR = 3600;
    private static final long DAY = 24 * HOUR;
    /// A job that another client ran this long ago is not run again.
    private static final long GUARD = HOUR * 9 / 10;
    /// What an hour directory is kept beyond the days that are set.
    private static final long TRASH_EDGE = 2 * HOUR;

    private static final Duration RUN_LIMIT = Duration.ofMinutes(50);
    private static final int FILES_MAX = 600_000;
    private static final int PAGE = 1000;
    private static final int TOGETHER = 100;

    private final MetaStore meta;
    private final SliceRemover remover;
    private final Clock clock;
    private final Housekeeping.Stopping stopping;
    private long endNanos;

    Deletions(MetaStore meta, SliceRemover remover, Clock clock, Housekeeping.Stopping stopping) {
        this.meta = meta;
        this.remover = remover;
        this.clock = clock;
        this.stopping = stopping;
    }

    private boolean begin(Counter guard) throws FsException {
        endNanos = clock.nanoTime() + RUN_LIMIT.toNanos();
        return meta.claim(guard, now(), GUARD);
    }

    private long now() {
        return clock.now().seconds();
    }

    private boolean mayGoOn() {
        return !stopping.isStopped() && clock.nanoTime() - endNanos < 0;
    }

    /// Deletes the data of files that were deleted an hour ago and are still recorded.
    void deletedFiles() throws FsException {
        if (!begin(Counter.LAST_CLEANUP_FILES)) {
            return;
        }
        int removed = 0;
        int progress = 1;
        while (progress > 0 && removed < FILES_MAX && mayGoOn()) {
            progress = 0;
            List<Scan.DeletedFile> page = meta.deletedFiles(now() - HOUR, PAGE).records();
            for (int from = 0; from < page.size() && mayGoOn(); from += TOGETHER) {
                progress += remover.removeWhatCanBe(page.subList(from, Math.min(page.size(), from + TOGETHER)));
            }
            removed += progress;
        }
        if (removed > 0) {
            log.info("deleted the data of {} files", removed);
        }
    }

    /// Deletes the blocks of slices that nothing refers to.
    void releasedSlices() throws FsException {
        if (begin(Counter.LAST_CLEANUP_SLICES)) {
            removeReleased();
        }
    }

    private void removeReleased() throws FsException {
        List<SliceKey> released = nextReleased();
        while (!released.isEmpty() && mayGoOn()) {
            remover.removeSlices(released);
            List<SliceKey> next = nextReleased();
            released = next.equals(released) ? List.of() : next;
        }
    }

    private List<SliceKey> nextReleased() throws FsException {
        return meta.releasedSlices(PAGE).records().stream()
                .map(Scan.CountedSlice::slice)
                .toList();
    }

    /// Removes what the trash has held long enough, then slices that compactions replaced.
    void trash() throws FsException {
        if (!begin(Counter.LAST_CLEANUP_TRASH)) {
            return;
        }
        long kept = meta.format().trashDays() * DAY;
        int removed = 0;
        int page = PAGE;
        while (page > 0 && mayGoOn()) {
            page = meta.expireTrash(now() - kept - TRASH_EDGE, PAGE);
            removed += page;
        }
        if (removed > 0) {
            log.info("removed {} entries from the trash", removed);
        }
        page = PAGE;
        boolean releasedAny = false;
        while (page > 0 && mayGoOn()) {
            page = meta.expireDelayedSlices(now() - kept, PAGE);
            releasedAny |= page > 0;
        }
        if (releasedAny) {
            removeReleased();
        }
    }
}
