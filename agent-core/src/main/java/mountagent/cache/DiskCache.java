package mountagent.cache;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import mountagent.base.Clock;
import mountagent.base.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The cache on local disk, over one directory or several, in the official client's layout (reference:
/// client-data-path.md §4). Two processes, ours or the official one, may use the same directories.
///
/// A hit costs a read into the target's memory and its checksums; nothing is kept in memory but an index of 32 to 64
/// bytes a block. A directory that fails, is full, read-only or gone is left alone until it works again; what it
/// would hold comes from the store meanwhile. The mount does not wait for the directories to be walked.
public final class DiskCache implements BlockCache {
    private static final Logger LOG = LoggerFactory.getLogger(DiskCache.class);

    private static final long WATCH_MILLIS = 1_000;

    private final List<Part> parts;
    private final HashRing ring;
    private final boolean hasHashPrefix;
    /// Asks no disk for anything, so that it sees that a disk hangs.
    private final ScheduledThreadPoolExecutor watch =
            new ScheduledThreadPoolExecutor(1, Threads.platform("cache-watch-"));

    /// A directory with all that belongs to it.
    private record Part(CacheDirectory directory, WriteQueue queue, DirectoryCare care) {}

    private DiskCache(List<Part> parts, HashRing ring, boolean hasHashPrefix) {
        this.parts = List.copyOf(parts);
        this.ring = ring;
        this.hasHashPrefix = hasHashPrefix;
    }

    /// Which volume's blocks are kept: its UUID, and whether its block names carry the hash prefix.
    public record Owner(String uuid, boolean hasHashPrefix) {}

    /// A cache in `homes`, each of which gets a folder for the volume. A directory that cannot be used is left out
    /// with a warning; when none can, nothing is cached ([BlockCache#NONE]). Walks begin in the background.
    public static BlockCache open(List<Path> homes, Owner owner, CacheOptions options, Clock clock) {
        List<Part> parts = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        CacheOptions share = options.share(Math.max(1, homes.size()));
        for (Path home : homes) {
            try {
                var layout = new CacheLayout(home, owner.uuid(), owner.hasHashPrefix());
                var files = new LocalFiles(layout.root(), options.fileMode(), clock);
                String id = layout.id(files);
                var directory = new CacheDirectory(layout, files, share, clock);
                var care = new DirectoryCare(directory, files, share, clock, id);
                parts.add(new Part(directory, new WriteQueue(directory, share.queueBytes()), care));
                ids.add(id);
            } catch (IOException e) {
                LOG.warn("cannot use cache directory {}, going on without it: {}", home, CacheDirectory.reason(e));
            }
        }
        if (parts.isEmpty()) {
            return NONE;
        }
        var cache = new DiskCache(parts, new HashRing(ids), owner.hasHashPrefix());
        parts.forEach(part -> part.care().start());
        cache.watchDisks();
        return cache;
    }

    private void watchDisks() {
        Runnable look = () -> parts.forEach(part -> part.directory().health().tick());
        var _ = watch.scheduleWithFixedDelay(look, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean isEnabled() {
        return true;
    }

    @Override
    public boolean isOnDisk() {
        return true;
    }

    private Part part(CacheKey key) {
        return parts.size() == 1 ? parts.getFirst() : parts.get(ring.directory(key.path(hasHashPrefix)));
    }

    /// The directory where a client without a ring kept the block, if that is another one.
    private @Nullable Part legacyPart(CacheKey key) {
        if (parts.size() == 1) {
            return null;
        }
        String path = key.path(hasHashPrefix);
        int legacy = ring.legacyDirectory(path);
        return legacy == ring.directory(path) ? null : parts.get(legacy);
    }

    @Override
    public boolean read(CacheKey key, int offset, MemorySegment target) {
        if (part(key).directory().read(key, offset, target)) {
            return true;
        }
        Part legacy = legacyPart(key);
        return legacy != null && legacy.directory().read(key, offset, target);
    }

    @Override
    public boolean has(CacheKey key) {
        return part(key).queue().has(key) || findPart(key) != null;
    }

    private @Nullable Part findPart(CacheKey key) {
        Part part = part(key);
        if (part.directory().has(key)) {
            return part;
        }
        Part legacy = legacyPart(key);
        return legacy != null && legacy.directory().has(key) ? legacy : null;
    }

    @Override
    public boolean offer(CacheKey key, MemorySegment plain, Runnable onDone) {
        Part part = part(key);
        return !part.directory().has(key)
                && !part.queue().has(key)
                && part.directory().admits(key)
                && part.directory().counted(part.queue().offer(key, plain, onDone));
    }

    @Override
    public boolean store(CacheKey key, MemorySegment plain) {
        return part(key).directory().write(key, plain);
    }

    @Override
    public boolean evict(CacheKey key) {
        boolean wasHere = part(key).directory().evict(key);
        Part legacy = legacyPart(key);
        boolean wasThere = legacy != null && legacy.directory().evict(key);
        return wasHere || wasThere;
    }

    @Override
    public void remove(CacheKey key) {
        Part part = part(key);
        part.queue().cancel(key);
        part.directory().remove(key);
        Part legacy = legacyPart(key);
        if (legacy != null) {
            legacy.directory().remove(key);
        }
    }

    @Override
    public @Nullable CacheLocation find(CacheKey key) {
        Part part = findPart(key);
        return part == null
                ? null
                : new CacheLocation(part.directory().layout().home().toString(), key.length());
    }

    @Override
    public List<CacheKey> staged(int limit) {
        List<CacheKey> found = new ArrayList<>();
        for (Part part : parts) {
            found.addAll(part.directory().staged().waiting(limit - found.size()));
        }
        return found;
    }

    @Override
    public boolean readStaged(CacheKey key, MemorySegment target) {
        for (Part part : parts) {
            if (part.directory().staged().isWaiting(key)
                    && part.directory().staged().read(key, target)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean unstage(CacheKey key) {
        boolean wasWanted = false;
        for (Part part : parts) {
            wasWanted |= part.directory().staged().isWaiting(key)
                    && part.directory().staged().unstage(key);
        }
        return wasWanted;
    }

    @Override
    public CacheStatistics statistics() {
        var sum = CacheStatistics.EMPTY;
        for (Part part : parts) {
            sum = sum.plus(part.directory().statistics());
        }
        return sum;
    }

    @Override
    public void close() {
        watch.shutdownNow();
        for (Part part : parts) {
            part.queue().close();
            part.care().close();
            part.directory().close();
        }
    }
}
