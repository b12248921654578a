package mountagent.maintenance.dump;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which backups are old enough to go (reference: volume-format.md §8): all of the last 2 days stay, of older ones one
/// a
/// day up to 2 weeks, one a week up to 60 days, one in 30 days up to 2 years, and none that is older.
///
/// Of each such span the oldest stays, so that it is still there when the spans have grown over it. What is not named
/// like a backup is nobody's to delete.
final class BackupRotation {
    private static final long ALL_DAYS = 2;
    private static final long DAILY_DAYS = 14;
    private static final long WEEKLY_DAYS = 60;
    private static final long MONTHLY_DAYS = 730;
    private static final long WEEK = 7;
    private static final long MONTH = 30;

    private BackupRotation() {}

    /// The keys among `keys` that are to be deleted at `now`.
    static List<String> expired(Collection<String> keys, Instant now) {
        List<String> expired = new ArrayList<>();
        Set<Long> kept = new HashSet<>();
        // the names sort by time: the oldest of each span comes first
        for (String key : keys.stream().sorted().toList()) {
            Optional<Instant> time = BackupName.timeOf(key);
            if (time.isEmpty()) {
                continue;
            }
            long ageDays = Duration.between(time.get(), now).toDays();
            if (ageDays >= MONTHLY_DAYS || ageDays >= ALL_DAYS && !kept.add(span(ageDays))) {
                expired.add(key);
            }
        }
        return expired;
    }

    /// The first day of the span that an age lies in.
    private static long span(long ageDays) {
        if (ageDays < DAILY_DAYS) {
            return ageDays;
        }
        long start = ageDays < WEEKLY_DAYS ? DAILY_DAYS : WEEKLY_DAYS;
        long length = ageDays < WEEKLY_DAYS ? WEEK : MONTH;
        return start + (ageDays - start) / length * length;
    }
}
