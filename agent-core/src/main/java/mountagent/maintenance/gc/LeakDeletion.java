package mountagent.maintenance.gc;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.base.Threads;
import mountagent.block.BlockKey;
import mountagent.meta.MetaEngine;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes leaked objects, each looked at once more right before: does the metadata know its slice by now,
/// and is the object still the one that was judged?
///
/// The metadata is read anew for some thousand objects at a time. A failure to read it ends the deletion; an
/// object that cannot be deleted is logged, counted and left for the next run.
final class LeakDeletion {
    private static final Logger LOG = LoggerFactory.getLogger(LeakDeletion.class);
    private static final int BATCH = 10_000;

    /// How many are gone, and how many could not be deleted.
    record Outcome(long deleted, long failed) {
        Outcome plus(Outcome other) {
            return new Outcome(deleted + other.deleted, failed + other.failed);
        }
    }

    private enum Fate {
        DELETED,
        SPARED,
        FAILED
    }

    private final MetaEngine engine;
    private final ObjectStore store;
    private final ObjectJudge judge;
    private final int threads;

    LeakDeletion(MetaEngine engine, ObjectStore store, ObjectJudge judge, int threads) {
        this.engine = engine;
        this.store = store;
        this.judge = judge;
        this.threads = threads;
    }

    Outcome delete(List<ObjectInfo> leaked, Progress progress) throws FsException {
        Outcome outcome = new Outcome(0, 0);
        try (Progress.Count count = progress.count("deleted leaked objects");
                ExecutorService pool = Executors.newFixedThreadPool(threads, Threads.platform("gc-delete-"))) {
            count.expect(leaked.size());
            for (int from = 0; from < leaked.size(); from += BATCH) {
                List<ObjectInfo> batch = leaked.subList(from, Math.min(leaked.size(), from + BATCH));
                outcome = outcome.plus(deleteAll(stillLeaked(batch), pool, count));
            }
        }
        return outcome;
    }

    /// Those that the metadata, read anew, does not know either.
    private List<ObjectInfo> stillLeaked(List<ObjectInfo> batch) throws FsException {
        Set<Long> ids = new HashSet<>();
        for (ObjectInfo object : batch) {
            BlockKey block = judge.block(object.key());
            if (block != null) {
                ids.add(block.sliceId());
            }
        }
        if (ids.isEmpty()) {
            return batch;
        }
        SliceTable now = SliceTable.load(engine, ids::contains);
        List<ObjectInfo> left = new ArrayList<>(batch);
        left.removeIf(
                object -> judge.block(object.key()) != null && judge.judge(object, now) != ObjectJudge.Verdict.LEAKED);
        return left;
    }

    private Outcome deleteAll(List<ObjectInfo> objects, ExecutorService pool, Progress.Count count) throws FsException {
        List<Future<Fate>> running = new ArrayList<>();
        for (ObjectInfo object : objects) {
            running.add(pool.submit(() -> {
                Fate fate = delete(object);
                count.add(1);
                return fate;
            }));
        }
        long deleted = 0;
        long failed = 0;
        try {
            for (Future<Fate> each : running) {
                Fate fate = each.get();
                deleted += fate == Fate.DELETED ? 1 : 0;
                failed += fate == Fate.FAILED ? 1 : 0;
            }
        } catch (InterruptedException e) {
            running.forEach(each -> each.cancel(false));
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while deleting leaked objects", e);
        } catch (ExecutionException e) {
            throw new FsException(Errno.EIO, "deleting leaked objects failed: " + e.getCause(), e);
        }
        return new Outcome(deleted, failed);
    }

    private Fate delete(ObjectInfo object) {
        try {
            if (judge.block(object.key()) != null) {
                Optional<ObjectInfo> now = store.head(object.key());
                if (now.isEmpty() || judge.isYoung(now.get())) {
                    return Fate.SPARED;
                }
            }
            store.delete(object.key());
            return Fate.DELETED;
        } catch (ObjectStoreException e) {
            LOG.warn("cannot delete leaked object {}: {}", object.key(), e.getMessage());
            return Fate.FAILED;
        }
    }
}
