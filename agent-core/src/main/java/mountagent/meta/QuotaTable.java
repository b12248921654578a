package mountagent.meta;

import java.util.HashMap;
import java.util.Map;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// The quotas of a volume as last read, and what this client has added to their usage since. Thread-safe.
final class QuotaTable {
    /// No quotas.
    static final QuotaTable NONE = new QuotaTable(Map.of());

    private record Line(Quota limits, Meter space, Meter inodes) {
        static Line of(Quota quota) {
            Line line = new Line(quota, new Meter(), new Meter());
            line.space.know(quota.usedSpace());
            line.inodes.know(quota.usedInodes());
            return line;
        }
    }

    private final Map<QuotaKey, Line> lines;
    private final boolean directories;

    private QuotaTable(Map<QuotaKey, Quota> quotas) {
        lines = new HashMap<>();
        quotas.forEach((key, quota) -> lines.put(key, Line.of(quota)));
        directories = quotas.keySet().stream().anyMatch(key -> key.kind() == QuotaKey.Kind.DIRECTORY);
    }

    /// Reads all quotas of a volume.
    static QuotaTable load(MetaEngine engine) throws FsException {
        Map<QuotaKey, Quota> quotas = new HashMap<>();
        Pages.forEach(engine, new Scan.Quotas(), placed -> quotas.put(placed.key(), placed.quota()));
        return quotas.isEmpty() ? NONE : new QuotaTable(quotas);
    }

    /// Whether any directory has a quota.
    boolean hasDirectories() {
        return directories;
    }

    boolean has(QuotaKey key) {
        return lines.containsKey(key);
    }

    /// The quota with its usage as far as it is known here, or null.
    @Nullable
    Quota get(QuotaKey key) {
        Line line = lines.get(key);
        return line == null ? null : known(line);
    }

    private static Quota known(Line line) {
        return new Quota(line.limits.maxSpace(), line.limits.maxInodes(), line.space.known(), line.inodes.known());
    }

    /// Reserves what the sum of a transaction grows by from `before` to `after`, if the quota exists.
    /// EDQUOT, and nothing done, when that goes past a limit; what gives back is never refused.
    void reserve(QuotaKey key, DirStat before, DirStat after) throws FsException {
        Line line = lines.get(key);
        if (line == null) {
            return;
        }
        if (!line.space.reserve(line.limits.maxSpace(), before.space(), after.space())) {
            throw FsException.miss(Errno.EDQUOT);
        }
        if (!line.inodes.reserve(line.limits.maxInodes(), before.inodes(), after.inodes())) {
            line.space.reserve(line.limits.maxSpace(), after.space(), before.space());
            throw FsException.miss(Errno.EDQUOT);
        }
    }

    /// Counts the sum of a transaction that was committed.
    void settle(QuotaKey key, DirStat sum) {
        Line line = lines.get(key);
        if (line != null) {
            line.space.settle(line.limits.maxSpace(), sum.space());
            line.inodes.settle(line.limits.maxInodes(), sum.inodes());
        }
    }

    /// Forgets the sum of one that was not.
    void release(QuotaKey key, DirStat sum) {
        Line line = lines.get(key);
        if (line != null) {
            line.space.release(line.limits.maxSpace(), sum.space());
            line.inodes.release(line.limits.maxInodes(), sum.inodes());
        }
    }
}
