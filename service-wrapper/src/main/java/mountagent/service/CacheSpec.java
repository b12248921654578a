package mountagent.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import mountagent.base.Sizes;
import mountagent.cache.CacheDirs;
import mountagent.cache.CacheOptions;
import mountagent.cache.Eviction;
import mountagent.cache.VerifyLevel;
import org.jspecify.annotations.Nullable;

/// What a mount was asked for about caching (reference: cli.md §5).
///
/// `directories` is the list as it was given, null for the usual place, `memory` for no disk at all; relative names
/// start at `base`. A `capacityBytes` of 0 turns the cache off; it is null when it was not given.
public record CacheSpec(
        @Nullable String directories,
        Path base,
        Path usualDirectory,
        @Nullable Long capacityBytes,
        long items,
        double freeRatio,
        int fileMode,
        VerifyLevel verify,
        Eviction eviction,
        Duration expireAfter,
        Duration scanEvery,
        boolean cachesWholeReads,
        boolean cachesWholeWrites) {
    private static final String MEMORY = "memory";
    private static final int QUEUE_SHARE = 5;

    /// The official client's behaviour, for a caller whose usual cache directory is `usual`.
    static CacheSpec usual(Path usual) {
        return new CacheSpec(
                null,
                usual,
                usual,
                null,
                0,
                CacheOptions.DEFAULT.freeRatio(),
                CacheOptions.DEFAULT.fileMode(),
                CacheOptions.DEFAULT.verify(),
                CacheOptions.DEFAULT.eviction(),
                CacheOptions.DEFAULT.expireAfter(),
                CacheOptions.DEFAULT.scanEvery(),
                true,
                false);
    }

    /// The level that a user names.
    public static VerifyLevel verifyLevel(String flag, String name) throws CommandFailure {
        VerifyLevel level = VerifyLevel.named(name);
        if (level == null) {
            throw new CommandFailure(flag + " (" + name + ") must be none, full, shrink or extend");
        }
        return level;
    }

    /// The policy that a user names.
    public static Eviction evictionPolicy(String flag, String name) throws CommandFailure {
        Eviction policy = Eviction.named(name);
        if (policy == null) {
            throw new CommandFailure(flag + " (" + name + ") must be 2-random, lru or none");
        }
        return policy;
    }

    /// Whether nothing is to be cached on disk, nor in memory beyond what the buffer has.
    boolean isOff() {
        return capacityBytes != null && capacityBytes == 0;
    }

    /// Whether blocks are to be kept in memory only.
    boolean isMemory() {
        return MEMORY.equals(directories);
    }

    /// Whether the user named directories.
    boolean isExplicit() {
        return directories != null;
    }

    /// How much memory blocks may take beyond the buffer: none unless the user asked for a cache in memory and
    /// said how large.
    long memoryBytes() {
        return isMemory() && capacityBytes != null ? capacityBytes : 0;
    }

    /// The directories, with what their wildcards stand for.
    List<Path> expanded() {
        return directories == null ? List.of(usualDirectory) : CacheDirs.expand(directories, base);
    }

    /// The limits of a cache beside a buffer of `bufferBytes`.
    CacheOptions options(long bufferBytes) {
        return new CacheOptions(
                capacityBytes == null ? CacheOptions.DEFAULT.capacityBytes() : capacityBytes,
                items,
                freeRatio,
                fileMode,
                verify,
                eviction,
                expireAfter,
                scanEvery,
                Math.max(Sizes.MIB, bufferBytes / QUEUE_SHARE));
    }
}
