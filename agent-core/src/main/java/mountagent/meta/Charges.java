package mountagent.meta;

import java.util.LinkedHashMap;
import java.util.Map;
import mountagent.base.FsException;

/// What one run of a transaction's function charges to the volume and to quotas: sums that are reserved while
/// it is under way, and settled or released when its end is known. Used by one thread at a time.
final class Charges {
    private final SpaceUse use;
    private final Terms terms;
    private final Map<QuotaKey, DirStat> quotas = new LinkedHashMap<>();
    private DirStat limited = DirStat.ZERO;
    private DirStat unlimited = DirStat.ZERO;

    Charges(SpaceUse use, Terms terms) {
        this.use = use;
        this.terms = terms;
    }

    /// Adds to what the volume is charged. ENOSPC.
    void toVolume(DirStat added) throws FsException {
        DirStat all = limited.plus(added);
        use.reserve(terms.format(), limited, all);
        limited = all;
    }

    /// Adds to what the volume is charged whatever its limits say.
    void toVolumeUnchecked(DirStat added) {
        unlimited = unlimited.plus(added);
    }

    /// Adds to what a quota is charged. EDQUOT when all that this run charges to it does not fit.
    void toQuota(QuotaKey key, DirStat added) throws FsException {
        DirStat before = quotas.getOrDefault(key, DirStat.ZERO);
        DirStat all = before.plus(added);
        terms.quotas().reserve(key, before, all);
        quotas.put(key, all);
    }

    /// The run was committed.
    void settle() {
        use.settle(terms.format(), limited);
        use.add(unlimited);
        quotas.forEach(terms.quotas()::settle);
    }

    /// The run was not committed.
    void release() {
        use.release(terms.format(), limited);
        quotas.forEach(terms.quotas()::release);
    }
}
