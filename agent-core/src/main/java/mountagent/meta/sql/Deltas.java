package mountagent.meta.sql;

import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import mountagent.base.FsException;
import mountagent.meta.Counter;
import mountagent.meta.DirStat;
import mountagent.meta.QuotaKey;

/// What the transactions of a batch add to counters, statistics and quotas: summed up, written once before the commit,
/// so that they cannot be off after a crash.
final class Deltas {
    /// Usage to add to a quota.
    record Usage(long space, long inodes) {
        static final Usage ZERO = new Usage(0, 0);

        Usage plus(Usage other) {
            return new Usage(space + other.space, inodes + other.inodes);
        }
    }

    private final Map<Counter, Long> counters = new EnumMap<>(Counter.class);
    private final Map<Long, DirStat> dirStats = new HashMap<>();
    private final Map<QuotaKey, Usage> quotas = new HashMap<>();

    /// What has been set meanwhile: nothing that was added before counts for it.
    private final Set<Object> replaced = new HashSet<>();

    void add(Counter counter, long delta) {
        counters.merge(counter, delta, Long::sum);
    }

    void add(long directory, DirStat delta) {
        dirStats.merge(directory, delta, DirStat::plus);
    }

    void add(QuotaKey key, Usage usage) {
        quotas.merge(key, usage, Usage::plus);
    }

    void replace(Counter counter) {
        counters.remove(counter);
        replaced.add(counter);
    }

    void replaceDirStat(long directory) {
        dirStats.remove(directory);
        replaced.add(directory);
    }

    void replace(QuotaKey key) {
        quotas.remove(key);
        replaced.add(key);
    }

    long pending(Counter counter) {
        return counters.getOrDefault(counter, 0L);
    }

    DirStat pending(long directory) {
        return dirStats.getOrDefault(directory, DirStat.ZERO);
    }

    Usage pending(QuotaKey key) {
        return quotas.getOrDefault(key, Usage.ZERO);
    }

    boolean isEmpty() {
        return counters.isEmpty() && dirStats.isEmpty() && quotas.isEmpty();
    }

    /// Adds what a later transaction leaves.
    void addAll(Deltas later) {
        for (Object key : later.replaced) {
            switch (key) {
                case Counter counter -> counters.remove(counter);
                case QuotaKey quota -> quotas.remove(quota);
                default -> dirStats.remove(key);
            }
        }
        later.counters.forEach(this::add);
        later.dirStats.forEach(this::add);
        later.quotas.forEach(this::add);
    }

    /// Writes the sums.
    void flush(SqliteConnection connection) throws SQLException, FsException {
        for (Map.Entry<Counter, Long> entry : counters.entrySet()) {
            if (entry.getValue() != 0) {
                connection
                        .prepare(Query.ADD_COUNTER)
                        .set(CounterName.of(entry.getKey()))
                        .set(entry.getValue())
                        .change();
            }
        }
        for (Map.Entry<Long, DirStat> entry : dirStats.entrySet()) {
            DirStat delta = entry.getValue();
            if (!delta.isZero()) {
                connection
                        .prepare(Query.ADD_DIR_STAT)
                        .set(delta.length())
                        .set(delta.space())
                        .set(delta.inodes())
                        .set(entry.getKey())
                        .change();
            }
        }
        for (Map.Entry<QuotaKey, Usage> entry : quotas.entrySet()) {
            flush(connection, entry.getKey(), entry.getValue());
        }
    }

    private static void flush(SqliteConnection connection, QuotaKey key, Usage usage) throws SQLException, FsException {
        boolean directory = key.kind() == QuotaKey.Kind.DIRECTORY;
        Prepared statement = connection
                .prepare(directory ? Query.ADD_DIR_QUOTA_USAGE : Query.ADD_OWNER_QUOTA_USAGE)
                .set(usage.space())
                .set(usage.inodes());
        QuotaRow.bind(statement, key).change();
    }
}
