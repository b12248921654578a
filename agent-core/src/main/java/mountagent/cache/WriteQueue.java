package mountagent.cache;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Blocks on their way into one cache directory. Bounded by the memory they hold: what is offered beyond it
/// is not taken, so that nobody ever waits for the cache. Thread-safe.
final class WriteQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WriteQueue.class);
    private static final int THREADS = 2;
    private static final long IDLE_SECONDS = 10;
    private static final long CLOSE_SECONDS = 5;
    /// What a small block holds at least: a page of the pool of blocks.
    private static final long HELD_LEAST_BYTES = 64 << 10;

    private final CacheDirectory directory;
    private final long limitBytes;
    private final AtomicLong heldBytes = new AtomicLong();
    private final Map<CacheKey, Write> queued = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor threads;

    /// A queue that holds at most `limitBytes` of blocks, but always one.
    WriteQueue(CacheDirectory directory, long limitBytes) {
        this.directory = directory;
        this.limitBytes = limitBytes;
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Threads.platform("cache-write-"));
        threads.allowCoreThreadTimeOut(true);
    }

    /// A block that waits or is being written.
    private final class Write implements Runnable {
        private final CacheKey key;
        private final MemorySegment plain;
        private final Runnable onDone;

        Write(CacheKey key, MemorySegment plain, Runnable onDone) {
            this.key = key;
            this.plain = plain;
            this.onDone = onDone;
        }

        @Override
        public void run() {
            try {
                if (queued.get(key) == this) {
                    boolean _ = directory.write(key, plain);
                }
            } catch (RuntimeException e) {
                LOG.error("writing block {} to the cache broke off", key, e);
            } finally {
                if (!queued.remove(key, this)) {
                    // It was deleted meanwhile.
                    directory.remove(key);
                }
                done();
            }
        }

        void done() {
            heldBytes.addAndGet(-held(key));
            onDone.run();
        }
    }

    private static long held(CacheKey key) {
        return Math.max(key.length(), HELD_LEAST_BYTES);
    }

    /// Takes a block, unless the queue is full, has it, or has ended.
    boolean offer(CacheKey key, MemorySegment plain, Runnable onDone) {
        long held = held(key);
        long before = heldBytes.getAndAdd(held);
        var write = new Write(key, plain, onDone);
        if ((before > 0 && before + held > limitBytes) || queued.putIfAbsent(key, write) != null) {
            heldBytes.addAndGet(-held);
            return false;
        }
        try {
            threads.execute(write);
            return true;
        } catch (RejectedExecutionException _) {
            queued.remove(key, write);
            heldBytes.addAndGet(-held);
            return false;
        }
    }

    boolean has(CacheKey key) {
        return queued.containsKey(key);
    }

    /// Sees to it that a block that was deleted is not there when its write has ended.
    void cancel(CacheKey key) {
        queued.remove(key);
    }

    @Override
    public void close() {
        for (Runnable rest : threads.shutdownNow()) {
            if (rest instanceof Write write) {
                queued.remove(write.key, write);
                write.done();
            }
        }
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn(
                        "a write to cache directory {} does not end; leaving it alone",
                        directory.layout().home());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
