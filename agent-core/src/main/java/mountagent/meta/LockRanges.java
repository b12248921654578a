package mountagent.meta;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mountagent.base.LockRange;
import org.jspecify.annotations.Nullable;

/// The arithmetic of POSIX locks: of one owner, ranges that are ascending, do not overlap, and are joined where they
/// touch with the same type and process (reference: semantics.md §12). Ends are inclusive.
final class LockRanges {
    private LockRanges() {}

    /// A lock and who holds it.
    record Held(LockOwner owner, PosixLock lock) {}

    /// The locks of an owner after it has locked `range` as `type`, or (null) unlocked it.
    static List<PosixLock> changed(List<PosixLock> locks, @Nullable LockType type, int pid, LockRange range) {
        List<PosixLock> parts = new ArrayList<>();
        for (PosixLock lock : locks) {
            if (lock.end() < range.start() || lock.start() > range.end()) {
                parts.add(lock);
                continue;
            }
            if (lock.start() < range.start()) {
                parts.add(new PosixLock(lock.type(), lock.pid(), lock.start(), range.start() - 1));
            }
            if (lock.end() > range.end()) {
                parts.add(new PosixLock(lock.type(), lock.pid(), range.end() + 1, lock.end()));
            }
        }
        if (type != null) {
            parts.add(new PosixLock(type, pid, range.start(), range.end()));
        }
        parts.sort(Comparator.comparingLong(PosixLock::start));
        return joined(parts);
    }

    private static List<PosixLock> joined(List<PosixLock> ascending) {
        List<PosixLock> joined = new ArrayList<>(ascending.size());
        for (PosixLock lock : ascending) {
            PosixLock last = joined.isEmpty() ? null : joined.getLast();
            boolean touches = last != null && last.end() + 1 == lock.start();
            if (last != null && touches && last.type() == lock.type() && last.pid() == lock.pid()) {
                joined.set(joined.size() - 1, new PosixLock(last.type(), last.pid(), last.start(), lock.end()));
            } else {
                joined.add(lock);
            }
        }
        return joined;
    }

    /// The first lock, by its start, of anybody but `owner` that `type` on `range` would conflict with.
    static Optional<Held> conflict(
            Map<LockOwner, List<PosixLock>> all, LockOwner owner, LockType type, LockRange range) {
        Held first = null;
        for (Map.Entry<LockOwner, List<PosixLock>> entry : all.entrySet()) {
            if (entry.getKey().equals(owner)) {
                continue;
            }
            for (PosixLock lock : entry.getValue()) {
                boolean overlaps = lock.start() <= range.end() && range.start() <= lock.end();
                boolean excludes = type == LockType.WRITE || lock.type() == LockType.WRITE;
                if (overlaps && excludes && (first == null || lock.start() < first.lock.start())) {
                    first = new Held(entry.getKey(), lock);
                }
            }
        }
        return Optional.ofNullable(first);
    }
}
