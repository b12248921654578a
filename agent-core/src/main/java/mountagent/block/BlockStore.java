package mountagent.block;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import mountagent.block.BlockOptions.Cached;
import mountagent.cache.BlockCache;
import mountagent.cache.CacheLocation;
import mountagent.cache.CacheStatistics;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The blocks of a volume over its object store: named, compressed, kept in memory.
///
/// # How a read finds its bytes
///
/// Memory, then the cache on local disk, then the store. Without a cache, blocks that are not compressed are
/// read from a local store in the range asked for, straight into the reader's memory: the operating system
/// keeps them already, and a copy of ours would only take its room; the cache is bypassed then. Else a small part
/// in the middle of a block is fetched as a range, too, and the whole block in the background; everything
/// else fetches the whole block, once for all who want it at that time, and keeps it.
///
/// A block that is missing, too short, or decodes to another length than its name says is an exception of
/// kind MISSING or INVALID that names it. Thread-safe; calls block, with deadlines
/// ([BlockOptions#waitMax()]).
public final class BlockStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BlockStore.class);
    private static final int RANGE_SHARE = 4;
    private static final int FAULTS_REMEMBERED = 1_000;

    private final BlockFormat format;
    private final BlockOptions options;
    private final BlockPool pool;
    private final MemoryCache memory;
    private final BlockCache cache;
    private final Transfers transfers;
    private final boolean readsRanges;
    private final ReadCounts counts = new ReadCounts();
    private final ConcurrentMap<BlockKey, Flight> flights = new ConcurrentHashMap<>();
    private final Cache<BlockKey, Boolean> faults = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(FAULTS_REMEMBERED)
            .build();

    private volatile @Nullable StagedUploads stagedUploads;

    private BlockStore(ObjectStore store, BlockFormat format, BlockOptions options, BlockCache cache) {
        this.format = format;
        this.options = options;
        this.cache = cache;
        this.transfers = new Transfers(store, format, options);
        this.readsRanges = store.isLocal() && format.compression() == Compression.NONE && !cache.isEnabled();
        this.pool = new BlockPool(options.bufferBytes() - transfers.scratchBytes(), format.blockSizeBytes());
        this.memory = new MemoryCache(options.cacheBytes());
        pool.onShortage(memory::release);
    }

    /// Blocks of `format` in `store`, which is closed with it.
    public static BlockStore open(ObjectStore store, BlockFormat format, BlockOptions options) {
        return open(store, format, options, BlockCache.NONE);
    }

    /// The same with a cache, which is closed with it.
    public static BlockStore open(ObjectStore store, BlockFormat format, BlockOptions options, BlockCache cache) {
        return new BlockStore(store, format, options, cache);
    }

    /// Begins to upload, in the background, what a client with write-back left in the cache's directories. For a
    /// volume that is open to write; called at most once.
    public void uploadStaged() {
        if (cache.isOnDisk()) {
            stagedUploads = new StagedUploads(cache, pool, transfers, options.waitMax());
        }
    }

    /// What the volume's blocks are like.
    public BlockFormat format() {
        return format;
    }

    /// The memory that blocks pass through.
    public BlockPool pool() {
        return pool;
    }

    /// Runs uploads, on at most as many threads as the options say.
    public Executor uploads() {
        return transfers.uploads();
    }

    /// Whether reads go straight to the store in the range asked for, so that reading ahead gains nothing.
    public boolean readsRanges() {
        return readsRanges;
    }

    /// Stores a block. `plain` is as long as the key says. Compresses on the calling thread.
    public void put(BlockKey key, MemorySegment plain) throws ObjectStoreException {
        if (plain.byteSize() != key.length()) {
            throw new IllegalArgumentException("block " + key + " has " + plain.byteSize() + " bytes");
        }
        transfers.put(key, plain);
    }

    /// Keeps a block that has been stored, if that helps a later read. The buffer must not change any more.
    public void keep(BlockKey key, BlockBuffer buffer) {
        if (!readsRanges) {
            memory.keep(key, buffer);
            if (isShort(key) || options.cached().contains(Cached.WRITES)) {
                offer(key, buffer);
            }
        }
    }

    /// Fills `target` from byte `offset` of the block.
    public void read(BlockKey key, int offset, MemorySegment target) throws ObjectStoreException {
        if (offset < 0 || offset + target.byteSize() > key.length()) {
            throw new IllegalArgumentException("block " + key + " has no range " + offset + "+" + target.byteSize());
        }
        if (readsRanges) {
            transfers.readRange(key, offset, target);
        } else if (memory.read(key, offset, target) || cache.read(key.cacheKey(), offset, target)) {
            counts.hit(target.byteSize());
        } else {
            counts.miss(target.byteSize());
            fetch(key, offset, target);
        }
    }

    /// Fills `target` if the block is in memory.
    public boolean tryRead(BlockKey key, int offset, MemorySegment target) {
        boolean isHit = !readsRanges && memory.read(key, offset, target);
        if (isHit) {
            counts.hit(target.byteSize());
        }
        return isHit;
    }

    /// Fetches a block in the background if it is not there yet and a thread is free; else does nothing.
    public void prefetch(BlockKey key) {
        if (readsRanges || isNear(key) || flights.containsKey(key)) {
            return;
        }
        transfers.readAhead(() -> loadQuietly(key, this::offerRead));
    }

    /// Downloads a block whole and puts it into the cache, whatever the rules for ordinary reads say; nothing
    /// to do when it is there. Returns, on the calling thread, when the cache has it, and then `true`. With
    /// `false` the cache could not take it (none, bypassed, full, its disk failing); the block was read from
    /// the store all the same, so that whatever lies below keeps it. Kind MISSING and INVALID as for a read.
    public boolean fill(BlockKey key) throws ObjectStoreException {
        if (cache.has(key.cacheKey())) {
            return true;
        }
        BlockBuffer buffer = pool.acquire(key.length(), options.waitMax());
        if (buffer == null) {
            throw noMemory(key);
        }
        try {
            MemorySegment plain = buffer.memory().asSlice(0, key.length());
            transfers.readWhole(key, plain);
            if (!readsRanges && !cache.isOnDisk()) {
                memory.keep(key, buffer);
                return true;
            }
            return cache.store(key.cacheKey(), plain);
        } finally {
            buffer.release();
        }
    }

    /// Gives up what memory and cache keep of a block; whether they had it. The store keeps it; a block that only
    /// waits to be uploaded stays.
    public boolean evict(BlockKey key) {
        boolean wasInMemory = memory.has(key);
        memory.drop(key);
        boolean wasInCache = cache.evict(key.cacheKey());
        return wasInCache || wasInMemory;
    }

    /// Where a block is kept on this machine besides the store: the cache, else memory; null when nowhere (always,
    /// when the cache is bypassed). An answer of the moment, without I/O.
    public @Nullable CacheLocation cached(BlockKey key) {
        CacheLocation found = cache.find(key.cacheKey());
        if (found == null && memory.has(key)) {
            return new CacheLocation(CacheLocation.MEMORY, key.length());
        }
        return found;
    }

    /// How much of the pool is taken by blocks that are kept after use.
    public long keptBytes() {
        return memory.bytes();
    }

    /// What memory and cache together did for reads, and what the cache holds.
    public CacheStatistics cacheStatistics() {
        return counts.addTo(cache.statistics());
    }

    /// Removes a block everywhere; one that is not there is no failure.
    public void delete(BlockKey key) throws ObjectStoreException {
        memory.drop(key);
        cache.remove(key.cacheKey());
        transfers.delete(key);
    }

    /// Returns once the blocks, put before, survive a power cut.
    public void sync(Collection<BlockKey> keys) throws ObjectStoreException {
        if (!keys.isEmpty()) {
            transfers.sync(keys);
        }
    }

    /// Returns once all blocks put before, by whomever, survive a power cut.
    public void syncAll() throws ObjectStoreException {
        transfers.syncAll();
    }

    /// Ends transfers that run and closes the store. Callers have returned before.
    @Override
    public void close() {
        StagedUploads staged = stagedUploads;
        if (staged != null) {
            staged.close();
        }
        cache.close();
        transfers.close();
        memory.clear();
    }

    private void fetch(BlockKey key, int offset, MemorySegment target) throws ObjectStoreException {
        boolean isSmall = offset > 0 && target.byteSize() <= key.length() / RANGE_SHARE;
        boolean isPlain = format.compression() == Compression.NONE;
        if (isPlain && isSmall && !flights.containsKey(key)) {
            transfers.readRange(key, offset, target);
            if (cache.isEnabled()) {
                transfers.prefetch(() -> loadQuietly(key, this::offer));
            }
            return;
        }
        BlockBuffer buffer = load(key);
        if (buffer == null) {
            if (!isPlain) {
                throw noMemory(key);
            }
            transfers.readRange(key, offset, target);
            return;
        }
        try {
            MemorySegment.copy(buffer.memory(), offset, target, 0, target.byteSize());
            offerRead(key, buffer);
        } finally {
            buffer.release();
        }
    }

    private ObjectStoreException noMemory(BlockKey key) {
        return new ObjectStoreException(
                Kind.TRANSIENT, "no memory for block " + key.objectKey(format) + ": all buffers are in use");
    }

    private void loadQuietly(BlockKey key, BiConsumer<BlockKey, BlockBuffer> offering) {
        try {
            BlockBuffer buffer = isNear(key) ? null : load(key);
            if (buffer != null) {
                offering.accept(key, buffer);
                buffer.release();
            }
        } catch (ObjectStoreException e) {
            LOG.debug("could not read ahead {}: {}", key, e.getMessage());
        }
    }

    private boolean isNear(BlockKey key) {
        return memory.has(key) || cache.has(key.cacheKey());
    }

    private boolean isShort(BlockKey key) {
        return key.length() < format.blockSizeBytes();
    }

    /// Offers a block that was read because all of it, or the blocks around it, were wanted.
    private void offerRead(BlockKey key, BlockBuffer buffer) {
        if (isShort(key) || options.cached().contains(Cached.READS)) {
            offer(key, buffer);
        }
    }

    private void offer(BlockKey key, BlockBuffer buffer) {
        if (cache.isOnDisk() && buffer.retain()) {
            MemorySegment plain = buffer.memory().asSlice(0, key.length());
            if (!cache.offer(key.cacheKey(), plain, buffer::release)) {
                buffer.release();
            }
        }
    }

    /// The whole block, downloaded once for all who ask meanwhile; null when there is no memory for it. The
    /// caller releases it.
    private @Nullable BlockBuffer load(BlockKey key) throws ObjectStoreException {
        var mine = new Flight();
        for (Flight running = flights.putIfAbsent(key, mine);
                running != null;
                running = flights.putIfAbsent(key, mine)) {
            if (running.join()) {
                return running.await(options.waitMax().toNanos());
            }
            // It has ended and is about to leave the map.
            Thread.onSpinWait();
        }
        BlockBuffer buffer = null;
        ObjectStoreException failure = null;
        try {
            buffer = download(key);
            return buffer;
        } catch (ObjectStoreException e) {
            failure = e;
            throw e;
        } finally {
            flights.remove(key, mine);
            mine.end(buffer, failure);
        }
    }

    private @Nullable BlockBuffer download(BlockKey key) throws ObjectStoreException {
        boolean isPlain = format.compression() == Compression.NONE;
        BlockBuffer buffer = isPlain ? pool.tryAcquire(key.length()) : pool.acquire(key.length(), options.waitMax());
        if (buffer == null) {
            return null;
        }
        boolean isDone = false;
        try {
            transfers.readWhole(key, buffer.memory().asSlice(0, key.length()));
            isDone = true;
        } finally {
            if (!isDone) {
                buffer.release();
            }
        }
        memory.keep(key, buffer);
        return buffer;
    }

    /// Logs, once for each block, that it could not be read: called when no other slice can take its place.
    public void report(BlockKey key, ObjectStoreException failure) {
        if (faults.asMap().putIfAbsent(key, true) == null) {
            LOG.error("cannot read block {}: {}", key.objectKey(format), failure.getMessage());
        }
    }
}
