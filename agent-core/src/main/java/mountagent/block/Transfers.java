package mountagent.block;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import mountagent.base.Clock;
import mountagent.base.Scratch;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import org.jspecify.annotations.Nullable;

/// Moves blocks between memory and the object store: their names, their compression, and how many at once.
///
/// Uploads and read-ahead run on platform threads, since compression is native code and file I/O would hold
/// the carriers of virtual threads; a reader that waits for its own block fetches it on its own thread.
final class Transfers implements AutoCloseable {
    private static final int READ_AHEAD_THREADS_MAX = 8;
    private static final int READ_AHEAD_QUEUE = 32;
    private static final int PREFETCH_QUEUE_SHARE = 4;
    private static final int PREFETCH_QUEUE_MIN = 10;
    private static final int SCRATCH_SHARE = 4;
    private static final int SCRATCH_MIN = 2;
    private static final int SCRATCH_MAX = 32;
    private static final int FOREIGN_SLACK_BYTES = 64 * Sizes.KIB;
    private static final long IDLE_SECONDS = 10;
    private static final long CLOSE_SECONDS = 10;

    private final ObjectStore store;
    private final BlockFormat format;
    private final BlockOptions options;
    private final Semaphore uploadPermits;
    private final Semaphore downloadPermits;
    private final ThreadPoolExecutor uploads;
    private final ThreadPoolExecutor readAheads;
    private final @Nullable ThreadPoolExecutor prefetches;
    private final RateLimit uploadRate;
    private final RateLimit downloadRate;
    private final @Nullable BlockCodec codec;
    private final Scratch scratch;
    private final long scratchBytes;

    Transfers(ObjectStore store, BlockFormat format, BlockOptions options) {
        this.store = store;
        this.format = format;
        this.options = options;
        this.uploadPermits = new Semaphore(options.uploadsMax());
        this.downloadPermits = new Semaphore(options.downloadsMax());
        // Each queued upload holds a buffer of the pool, which bounds the queue.
        this.uploads = threads("upload-", options.uploadsMax(), new LinkedBlockingQueue<>());
        int readAheadThreads = Math.min(READ_AHEAD_THREADS_MAX, options.downloadsMax());
        this.readAheads = dropping("read-ahead-", readAheadThreads, READ_AHEAD_QUEUE);
        int prefetchCount = options.prefetchesMax();
        this.prefetches = prefetchCount == 0
                ? null
                : dropping(
                        "prefetch-", prefetchCount, Math.max(PREFETCH_QUEUE_SHARE * prefetchCount, PREFETCH_QUEUE_MIN));
        this.uploadRate = new RateLimit(options.rates().uploadBytesPerSecond(), Clock.SYSTEM);
        this.downloadRate = new RateLimit(options.rates().downloadBytesPerSecond(), Clock.SYSTEM);
        this.codec = format.compression() == Compression.NONE ? null : BlockCodec.of(format.compression());
        int pieceBytes = codec == null ? 1 : codec.encodedMax(format.blockSizeBytes()) + FOREIGN_SLACK_BYTES;
        int pieces = Math.clamp(options.bufferBytes() / SCRATCH_SHARE / pieceBytes, SCRATCH_MIN, SCRATCH_MAX);
        // Apart from the pool, so that an upload that frees a buffer never waits for one.
        this.scratch = Scratch.offHeap(pieceBytes, pieces);
        this.scratchBytes = codec == null ? 0 : (long) pieceBytes * pieces;
    }

    private static ThreadPoolExecutor threads(String name, int count, BlockingQueue<Runnable> queue) {
        var threads =
                new ThreadPoolExecutor(count, count, IDLE_SECONDS, TimeUnit.SECONDS, queue, Threads.platform(name));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private static ThreadPoolExecutor dropping(String name, int count, int queued) {
        var threads = threads(name, count, new ArrayBlockingQueue<>(queued));
        threads.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        return threads;
    }

    /// What the stored forms of blocks may take of the memory limit.
    long scratchBytes() {
        return scratchBytes;
    }

    Executor uploads() {
        return uploads;
    }

    /// Runs `fetch`, of a block a stream will soon want, when a thread is free soon; drops it otherwise.
    void readAhead(Runnable fetch) {
        readAheads.execute(fetch);
    }

    /// The same for a block of which a part was wanted, on as many threads as the options say.
    void prefetch(Runnable fetch) {
        if (prefetches != null) {
            prefetches.execute(fetch);
        }
    }

    void put(BlockKey key, MemorySegment plain) throws ObjectStoreException {
        String objectKey = key.objectKey(format);
        take(uploadPermits, "upload", objectKey);
        try {
            if (codec == null) {
                uploadRate.take(plain.byteSize(), objectKey);
                store.put(objectKey, plain);
            } else {
                putEncoded(codec, objectKey, plain);
            }
        } finally {
            uploadPermits.release();
        }
    }

    private void putEncoded(BlockCodec with, String objectKey, MemorySegment plain) throws ObjectStoreException {
        MemorySegment piece = scratch(objectKey);
        try {
            int length = with.encode(plain, piece);
            uploadRate.take(length, objectKey);
            store.put(objectKey, piece.asSlice(0, length));
        } finally {
            scratch.giveBack(piece);
        }
    }

    /// Fills `target` from byte `offset` of a block that is not compressed.
    void readRange(BlockKey key, int offset, MemorySegment target) throws ObjectStoreException {
        String objectKey = key.objectKey(format);
        take(downloadPermits, "download", objectKey);
        try {
            downloadRate.take(target.byteSize(), objectKey);
            long count = store.read(objectKey, offset, target);
            if (count < target.byteSize()) {
                throw corrupt(
                        objectKey, "it ends at byte " + (offset + count) + ", its name says " + key.length(), null);
            }
        } finally {
            downloadPermits.release();
        }
    }

    /// Fills `target`, as long as the key says, with the whole block.
    void readWhole(BlockKey key, MemorySegment target) throws ObjectStoreException {
        if (codec == null) {
            readRange(key, 0, target);
            return;
        }
        String objectKey = key.objectKey(format);
        take(downloadPermits, "download", objectKey);
        try {
            readEncoded(codec, objectKey, target);
        } finally {
            downloadPermits.release();
        }
    }

    private void readEncoded(BlockCodec with, String objectKey, MemorySegment target) throws ObjectStoreException {
        MemorySegment piece = scratch(objectKey);
        try {
            long limit = with.encodedMax((int) target.byteSize()) + (long) FOREIGN_SLACK_BYTES;
            long length = store.read(objectKey, 0, piece.asSlice(0, Math.min(limit, piece.byteSize())));
            // How much it is shows only now; the next transfer pays for it.
            downloadRate.take(length, objectKey);
            with.decode(piece.asSlice(0, length), target);
        } catch (BlockCodec.CorruptException e) {
            throw corrupt(objectKey, String.valueOf(e.getMessage()), e);
        } finally {
            scratch.giveBack(piece);
        }
    }

    void delete(BlockKey key) throws ObjectStoreException {
        store.delete(key.objectKey(format));
    }

    void sync(Collection<BlockKey> keys) throws ObjectStoreException {
        store.sync(keys.stream().map(key -> key.objectKey(format)).toList());
    }

    void syncAll() throws ObjectStoreException {
        store.syncAll();
    }

    @Override
    public void close() {
        readAheads.shutdownNow();
        if (prefetches != null) {
            prefetches.shutdownNow();
        }
        uploads.shutdown();
        try {
            if (!uploads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                uploads.shutdownNow();
            }
            boolean _ = readAheads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
            if (prefetches != null) {
                boolean _ = prefetches.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException _) {
            uploads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        store.close();
    }

    private MemorySegment scratch(String objectKey) throws ObjectStoreException {
        MemorySegment piece = scratch.take(options.waitMax());
        if (piece == null) {
            throw new ObjectStoreException(Kind.TRANSIENT, "no memory to transfer block " + objectKey);
        }
        return piece;
    }

    private void take(Semaphore permits, String what, String objectKey) throws ObjectStoreException {
        try {
            if (!permits.tryAcquire(options.waitMax().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new ObjectStoreException(
                        Kind.TRANSIENT,
                        "waited " + options.waitMax().toSeconds() + " s for an " + what + " of " + objectKey
                                + " to begin");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ObjectStoreException(Kind.TRANSIENT, "interrupted before the " + what + " of " + objectKey, e);
        }
    }

    private ObjectStoreException corrupt(String objectKey, String why, @Nullable Throwable cause) {
        return new ObjectStoreException(
                Kind.INVALID, "block " + objectKey + " in " + store.describe() + " is damaged: " + why, cause);
    }
}
