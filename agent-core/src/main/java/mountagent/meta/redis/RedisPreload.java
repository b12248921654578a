package mountagent.meta.redis;

import mountagent.base.FsException;
import mountagent.base.Threads;
import mountagent.meta.Cursor;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads entries of the root with their nodes ahead of need, on a thread of its own, once.
final class RedisPreload implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisPreload.class);
    private static final Scan.Directory ROOT = new Scan.Directory(1, Scan.Detail.NODES);
    private static final int PAGE = 1000;

    /// Reads a page of the root and keeps it.
    @FunctionalInterface
    interface Listing {
        Page<Scan.DirEntry> page(Scan<Scan.DirEntry> root, Cursor from, int limit) throws FsException;
    }

    private final Listing listing;
    private final int count;
    private final Thread thread = Threads.virtual("redis-preload-").newThread(this::run);

    private RedisPreload(Listing listing, int count) {
        this.listing = listing;
        this.count = count;
    }

    static RedisPreload start(Listing listing, int count) {
        RedisPreload preload = new RedisPreload(listing, count);
        preload.thread.start();
        return preload;
    }

    private void run() {
        @Nullable Cursor at = Cursor.START;
        int left = count;
        try {
            while (at != null && left > 0) {
                Page<Scan.DirEntry> page = listing.page(ROOT, at, Math.min(left, PAGE));
                left -= page.records().size();
                at = page.next();
            }
        } catch (FsException e) {
            LOG.info("client-cache-preload ends early: {}", e.getMessage());
        }
    }

    void await() throws InterruptedException {
        thread.join();
    }

    @Override
    public void close() {
        RedisTracking.end(thread);
    }
}
