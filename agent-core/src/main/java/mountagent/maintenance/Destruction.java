package mountagent.maintenance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.base.Threads;
import mountagent.meta.MetaEngine;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;

/// Deletes all objects of a volume, then its metadata.
///
/// The metadata goes last and only when a complete listing shows no object any more: it is what a failed
/// destruction can be begun again with. The object that says whose bucket this is goes right before it.
public final class Destruction {
    private static final int PAGE = 1000;
    private static final int THREADS = 8;
    /// A client that goes on writing would keep us for ever.
    private static final int ROUNDS_MAX = 10;

    private static final String MARK = "juicefs_uuid";

    private final MetaEngine engine;
    private final ObjectStore store;
    private final Progress progress;

    /// The destruction of the volume in `engine` with its objects in `store`, below the volume's prefix.
    public Destruction(MetaEngine engine, ObjectStore store, Progress progress) {
        this.engine = engine;
        this.store = store;
        this.progress = progress;
    }

    /// Carries it out and returns how many objects were deleted. EIO when an object could not be listed or
    /// deleted: the metadata is untouched then.
    public long run() throws FsException {
        try (Progress.Count deleted = progress.count("deleted objects");
                ExecutorService pool = Executors.newFixedThreadPool(THREADS, Threads.platform("destroy-"))) {
            int rounds = 0;
            while (deleteAll(store::list, pool, deleted) + deleteAll(store::listUnfinished, pool, deleted) > 0) {
                rounds++;
                if (rounds == ROUNDS_MAX) {
                    throw new FsException(
                            Errno.EBUSY,
                            "somebody goes on writing objects to " + store.describe()
                                    + ": end all mounts of the volume and destroy it again");
                }
            }
            deleted.add(deleteMark());
            engine.erase();
            return deleted.done();
        } catch (ObjectStoreException e) {
            throw failure(e);
        }
    }

    private FsException failure(Throwable cause) {
        return new FsException(
                Errno.EIO,
                "not all objects of " + store.describe() + " could be deleted, so the metadata is kept; when the cause"
                        + " is gone, destroy it again: " + cause.getMessage(),
                cause);
    }

    private interface Listing {
        ObjectPage list(String prefix, String after, int limit) throws ObjectStoreException;
    }

    /// One pass over all objects; how many it met.
    private long deleteAll(Listing listing, ExecutorService pool, Progress.Count deleted)
            throws ObjectStoreException, FsException {
        long met = 0;
        String after = "";
        boolean isLast = false;
        while (!isLast) {
            ObjectPage page = listing.list("", after, PAGE);
            List<Future<?>> running = new ArrayList<>();
            for (ObjectInfo object : page.objects()) {
                after = object.key();
                if (!after.equals(MARK)) {
                    running.add(pool.submit(() -> {
                        store.delete(object.key());
                        deleted.add(1);
                        return object;
                    }));
                }
            }
            await(running);
            met += running.size();
            isLast = page.isLast();
        }
        return met;
    }

    private void await(List<Future<?>> running) throws FsException {
        try {
            for (Future<?> each : running) {
                each.get();
            }
        } catch (InterruptedException e) {
            running.forEach(each -> each.cancel(false));
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while deleting objects; the metadata is kept", e);
        } catch (ExecutionException e) {
            running.forEach(each -> each.cancel(false));
            Throwable cause = e.getCause();
            throw failure(cause == null ? e : cause);
        }
    }

    private long deleteMark() throws ObjectStoreException {
        boolean isThere = store.head(MARK).isPresent();
        store.delete(MARK);
        return isThere ? 1 : 0;
    }
}
