package mountagent.meta;

import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.SpaceInfo;

/// Space and inodes in use as last read, with what this client has added since; and the limits of the
/// volume against them (reference: semantics.md §13, §15). Thread-safe.
final class SpaceUse {
    private static final long UNLIMITED_BYTES = 1L << 50;
    private static final long UNLIMITED_INODES = 10L << 20;

    private final Meter space = new Meter();
    private final Meter inodes = new Meter();

    /// The moment before counters are read, for [#know].
    DirStat mark() {
        return new DirStat(0, space.mark(), inodes.mark());
    }

    /// Takes over counters that were read after `mark`.
    void know(long usedSpace, long usedInodes, DirStat mark) {
        space.know(usedSpace, mark.space());
        inodes.know(usedInodes, mark.inodes());
    }

    /// Adds what this client changed whatever the limits say.
    void add(DirStat sum) {
        space.settle(0, sum.space());
        inodes.settle(0, sum.inodes());
    }

    /// Reserves what the sum of a transaction grows by from `before` to `after`. ENOSPC, and nothing done,
    /// when that goes past a limit of the volume.
    void reserve(VolumeFormat format, DirStat before, DirStat after) throws FsException {
        if (!space.reserve(format.capacityBytes(), before.space(), after.space())) {
            throw FsException.miss(Errno.ENOSPC);
        }
        if (!inodes.reserve(format.inodes(), before.inodes(), after.inodes())) {
            space.reserve(format.capacityBytes(), after.space(), before.space());
            throw FsException.miss(Errno.ENOSPC);
        }
    }

    /// Counts the sum of a transaction that was committed.
    void settle(VolumeFormat format, DirStat sum) {
        space.settle(format.capacityBytes(), sum.space());
        inodes.settle(format.inodes(), sum.inodes());
    }

    /// Forgets the sum of one that was not.
    void release(VolumeFormat format, DirStat sum) {
        space.release(format.capacityBytes(), sum.space());
        inodes.release(format.inodes(), sum.inodes());
    }

    /// Size and use as shown: a volume without limit looks as large as it needs to. Of `quotas`, from the nearest
    /// directory up, the nearest says what is in use, and each limits what is free.
    SpaceInfo info(VolumeFormat format, List<Quota> quotas) {
        long usedBytes = Math.max(0, space.known());
        long usedInodes = Math.max(0, inodes.known());
        long freeBytes = totalBytes(format.capacityBytes(), usedBytes) - usedBytes;
        long freeInodes = freeInodes(format.inodes(), usedInodes);
        if (!quotas.isEmpty()) {
            usedBytes = Math.max(0, quotas.getFirst().usedSpace());
            usedInodes = Math.max(0, quotas.getFirst().usedInodes());
        }
        for (Quota quota : quotas) {
            freeBytes = Math.min(freeBytes, left(quota.maxSpace(), quota.usedSpace()));
            freeInodes = Math.min(freeInodes, left(quota.maxInodes(), quota.usedInodes()));
        }
        return new SpaceInfo(usedBytes + freeBytes, freeBytes, usedInodes + freeInodes, freeInodes);
    }

    private static long left(long limit, long used) {
        return limit > 0 ? Math.max(0, limit - used) : Long.MAX_VALUE;
    }

    private static long totalBytes(long capacity, long used) {
        if (capacity > 0) {
            return Math.max(capacity, used);
        }
        long total = UNLIMITED_BYTES;
        while (total / 10 * 8 < used && total < Long.MAX_VALUE / 2) {
            total *= 2;
        }
        return total;
    }

    private static long freeInodes(long limit, long used) {
        if (limit > 0) {
            return Math.max(0, limit - used);
        }
        long free = UNLIMITED_INODES;
        while (used / 4 > free) {
            free *= 2;
        }
        return free;
    }
}
