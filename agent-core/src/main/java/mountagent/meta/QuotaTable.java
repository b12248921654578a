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

    /// The meters outlive a reading of the quotas: transactions under way have reserved there.
    private record Line(Quota limits, Meter space, Meter inodes) {}

    private final Map<QuotaKey, Line> lines;
    private final boolean directories;

    private QuotaTable(Map<QuotaKey, Line> lines) {
        this.lines = Map.copyOf(lines);
        directories = lines.keySet().stream().anyMatch(key -> key.kind() == QuotaKey.Kind.DIRECTORY);
    }

    /// The quotas of the volume read anew.
    QuotaTable reloaded(MetaEngine engine) throws FsException {
        Map<QuotaKey, DirStat> marks = new HashMap<>();
        lines.forEach((key, line) -> marks.put(key, new DirStat(0, line.space.mark(), line.inodes.mark())));
        Map<QuotaKey, Line> read = new HashMap<>();
        Pages.forEach(engine, new Scan.Quotas(), placed -> {
            Line before = lines.get(placed.key());
            Line line = new Line(
                    placed.quota(),
                    before == null ? new Meter() : before.space,
                    before == null ? new Meter() : before.inodes);
            DirStat mark = marks.getOrDefault(placed.key(), DirStat.ZERO);
            line.space.know(placed.quota().usedSpace(), mark.space());
            line.inodes.know(placed.quota().usedInodes(), mark.inodes());
            read.put(placed.key(), line);
        });
        return read.isEmpty() ? NONE : new QuotaTable(read);
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
