package mountagent.cache;

import java.time.Duration;
import mountagent.base.Sizes;

/// Limits and manners of a [DiskCache].
///
/// `capacityBytes` and `itemsMax` (0: no limit of its own) are divided equally among the directories. `freeRatio` is
/// the
/// share of each disk, in bytes and inodes, that is left free. `fileMode` are the permission bits of files.
/// `expireAfter` removes what was not read for so long (zero: never); `scanEvery` is how often the directories are
/// walked again for what others put there (zero or negative: only at the start). `queueBytes` bounds the memory
/// of blocks that wait to be written.
public record CacheOptions(
        long capacityBytes,
        long itemsMax,
        double freeRatio,
        int fileMode,
        VerifyLevel verify,
        Eviction eviction,
        Duration expireAfter,
        Duration scanEvery,
        long queueBytes) {
    private static final int MODE_DEFAULT = 0600;
    private static final int MODE_MAX = 0777;

    /// The official client's defaults.
    public static final CacheOptions DEFAULT = new CacheOptions(
            100L * Sizes.GIB,
            0,
            0.1,
            MODE_DEFAULT,
            VerifyLevel.EXTEND,
            Eviction.TWO_RANDOM,
            Duration.ZERO,
            Duration.ofHours(1),
            60L * Sizes.MIB);

    public CacheOptions {
        if (capacityBytes <= 0 || itemsMax < 0 || queueBytes <= 0) {
            throw new IllegalArgumentException("capacity (" + capacityBytes + ") and queue (" + queueBytes
                    + ") must be > 0, items (" + itemsMax + ") >= 0");
        }
        if (!(freeRatio >= 0 && freeRatio < 1)) {
            throw new IllegalArgumentException("free ratio (" + freeRatio + ") must be from 0 to less than 1");
        }
        if (fileMode < 0 || fileMode > MODE_MAX || expireAfter.isNegative()) {
            throw new IllegalArgumentException(
                    "mode (" + Integer.toOctalString(fileMode) + ") or expiry (" + expireAfter + ") makes no sense");
        }
    }

    /// The share of one of `count` directories.
    CacheOptions share(int count) {
        return new CacheOptions(
                Math.max(1, capacityBytes / count),
                itemsMax == 0 ? 0 : Math.max(1, itemsMax / count),
                freeRatio,
                fileMode,
                verify,
                eviction,
                expireAfter,
                scanEvery,
                Math.max(1, queueBytes / count));
    }
}
