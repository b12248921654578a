package mountagent.meta;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// The quotas of a volume as last read, and what this client has added to their usage since. Thread-safe.
final class QuotaTable {
    /// No quotas.
    static final QuotaTable NONE = new QuotaTable(Map.of());

    private record Line(Quota quota, AtomicLong space, AtomicLong inodes) {}

    private final Map<QuotaKey, Line> lines;
    private final boolean directories;

    private QuotaTable(Map<QuotaKey, Quota> quotas) {
        lines = new HashMap<>();
        quotas.forEach((key, quota) -> lines.put(key, new Line(quota, new AtomicLong(), new AtomicLong())));
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
        return new Quota(
                line.quota.maxSpace(),
                line.quota.maxInodes(),
                line.quota.usedSpace() + line.space.get(),
                line.quota.usedInodes() + line.inodes.get());
    }

    /// EDQUOT when `added` goes past a limit, with `all` that one change adds so far, itself included. What gives back
    /// is never refused.
    void check(QuotaKey key, DirStat added, DirStat all) throws FsException {
        Quota quota = get(key);
        if (quota != null
                && (added.space() > 0 && isPast(quota.maxSpace(), quota.usedSpace(), all.space())
                        || added.inodes() > 0 && isPast(quota.maxInodes(), quota.usedInodes(), all.inodes()))) {
            throw FsException.miss(Errno.EDQUOT);
        }
    }

    private static boolean isPast(long max, long used, long delta) {
        return max > 0 && delta > 0 && used + delta > max;
    }

    /// Adds to what is known of a quota's usage.
    void add(QuotaKey key, long space, long inodes) {
        Line line = lines.get(key);
        if (line != null) {
            line.space.addAndGet(space);
            line.inodes.addAndGet(inodes);
        }
    }
}
