package mountagent.service;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mountagent.base.Clock;
import mountagent.block.Compression;
import mountagent.cache.BlockCache;
import mountagent.cache.DiskCache;
import mountagent.meta.VolumeFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the cache that a mount was asked for.
///
/// Blocks that are not compressed and lie on this machine anyway are not copied to a cache on the same disk,
/// unless the user names a directory: the copy would cost a write and room in memory, and gain nothing.
final class BlockCaches {
    private static final Logger log = LoggerFactory.getLogger(BlockCaches.class);

    private BlockCaches() {}

    /// The cache for a volume whose objects are in `format`'s bucket, `isLocal` when that is on this machine.
    static BlockCache open(
            CacheSpec spec,
            VolumeFormat format,
            Compression compression,
            boolean isLocal,
            long bufferBytes,
            Clock clock)
            throws CommandFailure {
        if (spec.isOff()) {
            return BlockCache.NONE;
        }
        if (spec.isMemory()) {
            return BlockCache.MEMORY;
        }
        List<Path> homes = spec.expanded();
        if (homes.isEmpty()) {
            log.warn("no directory fits --cache-dir={}; going on without a disk cache", spec.directories());
            return BlockCache.NONE;
        }
        if (!spec.isExplicit() && isLocal && compression == Compression.NONE && isNoGain(homes.getFirst(), format)) {
            log.info("Disk cache: none, the objects are on the same disk (--cache-dir overrides)");
            return BlockCache.NONE;
        }
        var owner = new DiskCache.Owner(format.uuid(), format.hashPrefix());
        BlockCache cache = DiskCache.open(homes, owner, spec.options(bufferBytes), clock);
        if (cache.isEnabled()) {
            log.info("Disk cache: {}", homes);
        }
        return cache;
    }

    /// Nothing is gained on the same disk, unless somebody has left blocks there that are nowhere else.
    private static boolean isNoGain(Path home, VolumeFormat format) throws CommandFailure {
        return ObjectStores.folders(format).stream().allMatch(folder -> isOnSameDisk(home, folder))
                && !hasEntries(home.resolve(format.uuid()).resolve("rawstaging").resolve("chunks"));
    }

    private static boolean isOnSameDisk(Path one, Path other) {
        try {
            return Files.getFileStore(existing(one)).equals(Files.getFileStore(existing(other)));
        } catch (IOException e) {
            log.debug("cannot tell the disks of {} and {}: {}", one, other, e.toString());
            return true;
        }
    }

    private static Path existing(Path path) {
        Path at = path.toAbsolutePath();
        while (!Files.exists(at) && at.getParent() != null) {
            at = at.getParent();
        }
        return at;
    }

    private static boolean hasEntries(Path folder) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            return entries.iterator().hasNext();
        } catch (IOException _) {
            // There is no such folder, or it cannot be read: then nothing of it can be uploaded either.
            return false;
        }
    }
}
