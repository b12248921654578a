package mountagent.maintenance.gc;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.base.Timestamp;
import mountagent.block.BlockFormat;
import mountagent.chunk.FileData;
import mountagent.chunk.TreeCompactor;
import mountagent.maintenance.gc.GcReport.Sum;
import mountagent.maintenance.gc.ObjectJudge.Verdict;
import mountagent.meta.Cursor;
import mountagent.meta.MetaStore;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.meta.SliceKey;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the objects of a volume that nobody needs, and deletes them when asked to.
///
/// # What keeps an object
///
/// A record of a chunk of any file, be it in the tree, in the trash, unlinked and open somewhere, or in a
/// tree that is being copied; a compaction that can still be undone; a count of references; being young,
/// since it may be part of an upload that is not committed yet. Ages are taken by the store's clock where it
/// is behind this machine's.
///
/// # What a deleting run does first
///
/// It removes what the trash has kept long enough and trees that a copy left unfinished a day ago, carries
/// out deletions that are recorded, and takes the slices that nothing refers to: all of that the metadata
/// itself says. Only then it looks for objects that the metadata does not know.
///
/// Used once, by one thread.
public final class GarbageCollector {
    private static final Logger LOG = LoggerFactory.getLogger(GarbageCollector.class);
    private static final long DAY = 86_400;
    private static final int PAGE = 1000;
    private static final int LEAKED_MAX = 200_000;
    private static final String CLOCK_KEY = "testing/clock-";

    private final MetaStore meta;
    private final FileData data;
    private final ObjectStore store;
    private final BlockFormat format;
    private final GcOptions options;
    private final Progress progress;
    private final Clock clock;
    private Sum delayedSlices = Sum.NONE;
    private long failed;

    /// A collector for the volume of `meta` with its objects in `store`, which `data` stands on too.
    public GarbageCollector(
            MetaStore meta,
            FileData data,
            ObjectStore store,
            BlockFormat format,
            GcOptions options,
            Progress progress,
            Clock clock) {
        this.meta = meta;
        this.data = data;
        this.store = store;
        this.format = format;
        this.options = options;
        this.progress = progress;
        this.clock = clock;
    }

    /// Runs to the end. Fails when metadata or objects cannot be read completely; nothing was deleted then
    /// but what the metadata itself had given up.
    public GcReport run() throws FsException {
        Instant limit = limit();
        if (options.deletes()) {
            expireTrash();
            new UnfinishedCopies(meta).remove(clock.now().seconds() - DAY);
        }
        Sum deletedFiles = deletedFiles();
        if (options.compacts()) {
            compact();
        }
        if (options.deletes()) {
            delayedSlices = releaseDelayed();
            removeReleased();
        }
        try {
            return collect(new ObjectJudge(format, limit), deletedFiles);
        } catch (ObjectStoreException e) {
            throw new FsException(
                    Errno.EIO, "the objects cannot be listed, so none of them is deleted: " + e.getMessage(), e);
        }
    }

    /// The time that an object must be older than. Taken first: what is stored after it is never judged.
    private Instant limit() throws FsException {
        Instant now = instant(clock.now());
        if (options.deletes()) {
            Instant told = storeTime();
            if (told.isBefore(now)) {
                long behind = now.getEpochSecond() - told.getEpochSecond();
                if (behind > 1) {
                    LOG.warn("the clock of {} is {} s behind: ages are taken by it", store.describe(), behind);
                }
                now = told;
            }
        }
        return now.minus(options.spared());
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.seconds(), time.nanos());
    }

    /// What time it is where the objects get their times.
    private Instant storeTime() throws FsException {
        String key = CLOCK_KEY + clock.now().seconds() + "-" + clock.nanoTime();
        try {
            store.put(key, MemorySegment.ofArray(new byte[] {'t'}));
            try {
                ObjectInfo written = store.head(key)
                        .orElseThrow(
                                () -> new FsException(Errno.EIO, "object " + key + " is gone as soon as it is put"));
                return written.modified();
            } finally {
                store.delete(key);
            }
        } catch (ObjectStoreException e) {
            throw new FsException(Errno.EIO, "cannot ask " + store.describe() + " for its time: " + e.getMessage(), e);
        }
    }

    private void expireTrash() throws FsException {
        long before = clock.now().seconds() - meta.format().trashDays() * DAY;
        try (Progress.Count count = progress.count("removed from the trash")) {
            for (int removed = PAGE; removed > 0; ) {
                removed = meta.expireTrash(before, PAGE);
                count.add(removed);
            }
        }
    }

    /// Counts the files whose data is to be deleted and, when deleting, deletes it.
    private Sum deletedFiles() throws FsException {
        Sum sum = Sum.NONE;
        try (Progress.Count count = progress.count(options.deletes() ? "cleaned files" : "files to be cleaned")) {
            Cursor at = Cursor.START;
            while (at != null) {
                Page<Scan.DeletedFile> page = meta.engine().scan(new Scan.DeletedFiles(Long.MAX_VALUE), at, PAGE);
                for (Scan.DeletedFile file : page.records()) {
                    sum = sum.plus(file.length());
                }
                if (options.deletes() && !page.records().isEmpty()) {
                    data.remover().removeFiles(page.records());
                }
                count.add(page.records().size());
                at = page.next();
            }
        }
        return sum;
    }

    private void compact() throws FsException {
        try (Progress.Count count = progress.count("compacted chunks")) {
            TreeCompactor compactor = new TreeCompactor(meta, data.compactor(), options.threads());
            TreeCompactor.Result result = compactor.compactAll(count, () -> false);
            LOG.info("compacted {} of {} chunks with several slices", result.compacted(), result.found());
            failed += result.failed();
        }
    }

    /// Takes the references of what compactions replaced long enough ago, and returns the slices concerned.
    private Sum releaseDelayed() throws FsException {
        long before = clock.now().seconds() - meta.format().trashDays() * DAY;
        Sum due = Sum.NONE;
        Cursor at = Cursor.START;
        while (at != null) {
            Page<Scan.DelayedSlices> page = meta.engine().scan(new Scan.DelayedUntil(before - 1), at, PAGE);
            for (Scan.DelayedSlices delayed : page.records()) {
                for (SliceKey slice : delayed.slices()) {
                    due = due.plus(slice.size());
                }
            }
            at = page.next();
        }
        int released = PAGE;
        while (released > 0) {
            released = meta.expireDelayedSlices(before, PAGE);
        }
        return due;
    }

    /// Deletes the slices that nothing refers to. One whose count says so though a record refers to it is
    /// left alone: its count is wrong.
    private void removeReleased() throws FsException {
        List<SliceKey> released = new ArrayList<>();
        Cursor at = Cursor.START;
        while (at != null) {
            Page<Scan.CountedSlice> page = meta.engine().scan(new Scan.ReleasedSlices(), at, PAGE);
            page.records().forEach(counted -> released.add(counted.slice()));
            at = page.next();
        }
        SliceTable slices = SliceTable.load(meta.engine(), _ -> true);
        long miscounted = released.stream()
                .filter(slice -> slices.use(slice.id()).compareTo(SliceTable.Use.PENDING) > 0)
                .count();
        if (miscounted > 0) {
            LOG.warn("{} slices are in use though nothing is counted to refer to them: run fsck", miscounted);
        }
        released.removeIf(slice -> slices.use(slice.id()) != SliceTable.Use.PENDING);
        try (Progress.Count count = progress.count("cleaned slices")) {
            count.expect(released.size());
            for (int from = 0; from < released.size(); from += PAGE) {
                List<SliceKey> some = released.subList(from, Math.min(released.size(), from + PAGE));
                data.remover().removeSlices(List.copyOf(some));
                count.add(some.size());
            }
        }
    }

    private GcReport collect(ObjectJudge judge, Sum deletedFiles) throws FsException, ObjectStoreException {
        LeakDeletion deletion = new LeakDeletion(meta.engine(), store, judge, options.threads());
        SliceTable slices = SliceTable.load(meta.engine(), _ -> true);
        LOG.info("using {} slices ({} bytes)", slices.usedSlices(), slices.usedBytes());
        ObjectScan scan = ObjectScan.run(store, judge, slices, LEAKED_MAX, progress);
        GcReport found = report(slices, scan, deletedFiles);
        if (!options.deletes()) {
            return found;
        }
        LeakDeletion.Outcome round = deletion.delete(scan.leaked(), progress);
        LeakDeletion.Outcome all = round;
        while (scan.isOverflown() && round.deleted() > 0) {
            scan = ObjectScan.run(store, judge, SliceTable.load(meta.engine(), _ -> true), LEAKED_MAX, progress);
            round = deletion.delete(scan.leaked(), progress);
            all = all.plus(round);
        }
        return found.with(all.deleted(), failed + all.failed());
    }

    private GcReport report(SliceTable slices, ObjectScan scan, Sum deletedFiles) {
        return new GcReport(
                slices.usedSlices(),
                slices.usedBytes(),
                scan.scanned(),
                scan.sum(Verdict.VALID),
                scan.sum(Verdict.PENDING),
                scan.sum(Verdict.COMPACTED),
                scan.sum(Verdict.LEAKED),
                delayedSlices,
                deletedFiles,
                scan.sum(Verdict.SKIPPED),
                scan.sum(Verdict.FOREIGN).count(),
                0,
                failed);
    }
}
