package mountagent.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import mountagent.base.Clock;
import mountagent.cache.BlockFile.CorruptException;
import mountagent.cache.CacheIndex.Presence;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One directory of the cache: what is in it, read, written and removed. Thread-safe.
///
/// The index says what is there; the files are the truth. A file that has gone, or is not what was written,
/// is forgotten, and the caller turns to the object store. Before the first walk has ended, files are
/// looked for whether the index knows them or not. [DirectoryCare] watches the disk below.
final class CacheDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CacheDirectory.class);
    private static final int OPEN_FILES_MAX = 128;
    private static final int READ_TRIES = 3;

    private final CacheLayout layout;
    private final CacheFiles files;
    private final CacheOptions options;
    private final Clock clock;
    private final CacheIndex index = new CacheIndex();
    private final CacheMeter meter = new CacheMeter();
    private final DiskHealth health;
    private final RoomKeeper room;
    private final StagedBlocks staged;
    private final Cache<CacheKey, BlockFile> openFiles;
    private volatile boolean isWalked;
    private volatile boolean isThere = true;
    private volatile @Nullable String writesStopped;

    /// The directory of `layout`, which has its id, used through `files`.
    CacheDirectory(CacheLayout layout, CacheFiles files, CacheOptions options, Clock clock) {
        this.layout = layout;
        this.files = files;
        this.options = options;
        this.clock = clock;
        this.health = new DiskHealth(layout.home().toString(), clock);
        this.staged = new StagedBlocks(layout, files, index, health, meter);
        this.room = new RoomKeeper(index, options, clock, this::deleteEvicted);
        this.openFiles = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumSize(OPEN_FILES_MAX)
                .removalListener((@Nullable CacheKey _, @Nullable BlockFile file, RemovalCause _) -> {
                    if (file != null) {
                        file.release();
                    }
                })
                .build();
    }

    CacheLayout layout() {
        return layout;
    }

    CacheFiles files() {
        return files;
    }

    CacheIndex index() {
        return index;
    }

    DiskHealth health() {
        return health;
    }

    StagedBlocks staged() {
        return staged;
    }

    RoomKeeper room() {
        return room;
    }

    CacheStatistics statistics() {
        return meter.with(index, health.errors());
    }

    /// Fills `target` from a block; false when it is not here.
    boolean read(CacheKey key, int offset, MemorySegment target) {
        // In this order: a walk that ends in between has found the block before it ends.
        boolean wasWalked = isWalked;
        Presence presence = index.touch(key, now());
        if (!isThere || (presence == Presence.ABSENT && wasWalked)) {
            return false;
        }
        int token = health.begin();
        if (token < 0) {
            return false;
        }
        long start = clock.nanoTime();
        try {
            boolean isRead = tryRead(key, presence, offset, target);
            meter.readNanos.add(clock.nanoTime() - start);
            return isRead;
        } finally {
            health.end(token);
        }
    }

    private boolean tryRead(CacheKey key, Presence presence, int offset, MemorySegment target) {
        for (int attempt = 1; attempt <= READ_TRIES; attempt++) {
            try {
                readOnce(key, presence, offset, target);
                return true;
            } catch (ClosedChannelException _) {
                // A reader who shared the file was interrupted; perhaps it is this one.
                openFiles.invalidate(key);
                if (Thread.currentThread().isInterrupted()) {
                    return false;
                }
            } catch (NoSuchFileException _) {
                openFiles.invalidate(key);
                index.remove(key);
                return false;
            } catch (CorruptException e) {
                dropDamaged(key, String.valueOf(e.getMessage()));
                return false;
            } catch (IOException e) {
                openFiles.invalidate(key);
                health.failed("cannot read block " + key + ": " + reason(e));
                return false;
            }
        }
        return false;
    }

    private void readOnce(CacheKey key, Presence presence, int offset, MemorySegment target)
            throws IOException, CorruptException {
        BlockFile file = openFiles.getIfPresent(key);
        if (file == null || !file.retain()) {
            file = open(key, presence);
            // Who reads a part will soon read the next.
            if (target.byteSize() < key.length() && file.retain()) {
                openFiles.put(key, file);
            }
        }
        try {
            file.read(offset, target, options.verify());
        } finally {
            file.release();
        }
    }

    private BlockFile open(CacheKey key, Presence presence) throws IOException, CorruptException {
        BlockFile file = openAnywhere(key, presence);
        if (!index.fitsTag(key, file.tag())) {
            file.release();
            throw new CorruptException("it is another block");
        }
        if (presence == Presence.ABSENT) {
            index.add(key, now(), file.tag());
        }
        return file;
    }

    private BlockFile openAnywhere(CacheKey key, Presence presence) throws IOException, CorruptException {
        try {
            return files.open(layout.block(key), key.length());
        } catch (NoSuchFileException e) {
            if (presence == Presence.CACHED) {
                throw e;
            }
            return files.open(layout.stagedBlock(key), key.length());
        }
    }

    /// A staged block is the only copy there is: it stays, whatever is wrong with it.
    private void dropDamaged(CacheKey key, String why) {
        meter.corruptions.increment();
        LOG.warn(
                "cached block {} in {} is damaged and not used: {}",
                key.path(layout.hasHashPrefix()),
                layout.home(),
                why);
        openFiles.invalidate(key);
        if (index.presence(key) != Presence.STAGED) {
            index.remove(key);
            deleteFile(key);
        }
    }

    /// Whether a block is here, as far as is known.
    boolean has(CacheKey key) {
        return isThere && index.presence(key) != Presence.ABSENT;
    }

    /// Whether a block may be written now; one that may not is counted as dropped.
    boolean admits(CacheKey key) {
        return counted(isWritable(key));
    }

    /// Counts a block as dropped unless it was taken.
    boolean counted(boolean isTaken) {
        if (!isTaken) {
            meter.drops.increment();
        }
        return isTaken;
    }

    private boolean isWritable(CacheKey key) {
        return isThere && writesStopped == null && health.state() != DiskHealth.State.DOWN && room.mayFit(key.length());
    }

    /// Writes a block; whether it is here afterwards.
    boolean write(CacheKey key, MemorySegment plain) {
        if (has(key)) {
            return true;
        }
        room.makeRoomFor(key.length());
        int token = admits(key) && counted(room.fits(key.length())) ? health.begin() : -1;
        if (token < 0) {
            return false;
        }
        long start = clock.nanoTime();
        try {
            if (!writeFile(key, plain)) {
                return false;
            }
            meter.writes.increment();
            meter.writeBytes.add(key.length());
            meter.writeNanos.add(clock.nanoTime() - start);
        } catch (IOException e) {
            meter.drops.increment();
            writeFailed(key, e);
            return false;
        } finally {
            health.end(token);
        }
        return true;
    }

    private boolean writeFile(CacheKey key, MemorySegment plain) throws IOException {
        boolean isWritten;
        int tag = 0;
        if (options.verify() == VerifyLevel.NONE) {
            isWritten = files.write(layout.block(key), plain.asByteBuffer());
        } else {
            ByteBuffer sums = BlockFile.checksums(plain);
            tag = BlockFile.tag(sums);
            isWritten = files.write(layout.block(key), plain.asByteBuffer(), sums);
        }
        if (isWritten) {
            index.add(key, now(), tag);
        }
        return isWritten;
    }

    private void writeFailed(CacheKey key, IOException failure) {
        if (failure instanceof ClosedChannelException || failure instanceof NoSuchFileException) {
            // Interrupted at the end of the mount, or the whole directory has gone, which the care finds out.
            return;
        }
        String why = reason(failure);
        if (isNotTheDisk(failure, why)) {
            stopWrites(why);
        } else {
            health.failed("cannot write block " + key + ": " + why);
        }
    }

    /// A disk that is full or may only be read is sound: what is there can be read.
    private static boolean isNotTheDisk(IOException failure, String why) {
        String text = why.toLowerCase(Locale.ROOT);
        return failure instanceof AccessDeniedException
                || text.contains("no space left")
                || text.contains("quota exceeded")
                || text.contains("read-only")
                || text.contains("not permitted")
                || text.contains("too large");
    }

    static String reason(IOException failure) {
        return switch (failure) {
            case AccessDeniedException e -> e.getFile() + ": permission denied";
            case NoSuchFileException e -> e.getFile() + " does not exist";
            case FileAlreadyExistsException e -> e.getFile() + " is in the way";
            case FileSystemException e when e.getReason() != null -> e.getFile() + ": " + e.getReason();
            default -> String.valueOf(failure.getMessage());
        };
    }

    private void stopWrites(String why) {
        if (writesStopped == null) {
            LOG.warn("cache directory {} takes no more blocks for now: {}", layout.home(), why);
        }
        writesStopped = why;
    }

    /// Why nothing is written at the moment; null when it is.
    @Nullable
    String writesStopped() {
        return writesStopped;
    }

    void resumeWrites() {
        if (writesStopped != null) {
            LOG.info("cache directory {} takes blocks again", layout.home());
        }
        writesStopped = null;
    }

    /// Gives up a block unless it waits to be uploaded; whether it was here.
    boolean evict(CacheKey key) {
        if (!index.removeCached(key)) {
            return false;
        }
        openFiles.invalidate(key);
        deleteFile(key);
        return true;
    }

    /// Forgets a block for good.
    void remove(CacheKey key) {
        boolean wasStaged = staged.forget(key) || index.presence(key) == Presence.STAGED;
        boolean wasKnown = index.remove(key);
        openFiles.invalidate(key);
        if (wasKnown || !isWalked) {
            deleteFile(key);
        }
        if (wasStaged || !isWalked) {
            staged.deleteFile(key);
        }
    }

    private void deleteEvicted(CacheKey key) {
        meter.evictions.increment();
        meter.evictedBytes.add(key.length());
        openFiles.invalidate(key);
        deleteFile(key);
    }

    private void deleteFile(CacheKey key) {
        try {
            boolean _ = files.delete(layout.block(key));
        } catch (IOException e) {
            LOG.warn("cannot remove block {} from cache directory {}: {}", key, layout.home(), reason(e));
        }
    }

    // ---- For the care of the directory ----

    /// Takes note of a staged block; one that is found when the mount starts is to be uploaded.
    void foundStaged(CacheKey key, int accessSeconds) {
        index.addStaged(key, accessSeconds);
        if (!isWalked) {
            staged.await(key);
        }
    }

    /// Takes note that a block is cached, and not or no longer staged.
    void foundCached(CacheKey key, int accessSeconds) {
        boolean _ = staged.forget(key);
        index.unstage(key);
        index.add(key, accessSeconds, 0);
    }

    /// The end of a walk: the index now knows what is here.
    void walked() {
        isWalked = true;
    }

    boolean isThere() {
        return isThere;
    }

    /// Takes the directory out of use, or in again.
    void setThere(boolean isThereNow) {
        isThere = isThereNow;
        if (!isThereNow) {
            openFiles.invalidateAll();
        }
    }

    private int now() {
        return CacheIndex.time(clock.now().seconds());
    }

    @Override
    public void close() {
        openFiles.invalidateAll();
        openFiles.cleanUp();
    }
}
