package mountagent.model;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import mountagent.base.LockMode;
import mountagent.base.LockRange;

/// Locks as the reference keeps them: BSD locks by owner, POSIX locks as a mark on each unit of a small range.
final class LockModel {
    /// Byte ranges of the test are within `[0, UNITS)` or end at "to the end", which unit `UNITS` stands for.
    static final int UNITS = 24;

    /// Who holds a lock.
    record Owner(int client, long owner) {}

    /// A lock on one unit.
    record Mark(LockMode mode, int pid) {}

    private final Map<Long, Map<Owner, LockMode>> flocks = new HashMap<>();
    private final Map<Long, Map<Owner, TreeMap<Integer, Mark>>> ranges = new HashMap<>();

    /// Takes, changes or drops a BSD lock; false when another stands in the way.
    boolean flock(long inode, Owner owner, LockMode mode) {
        Map<Owner, LockMode> held = flocks.computeIfAbsent(inode, _ -> new HashMap<>());
        if (mode == LockMode.UNLOCK) {
            held.remove(owner);
            return true;
        }
        for (Map.Entry<Owner, LockMode> other : held.entrySet()) {
            if (!other.getKey().equals(owner) && excludes(other.getValue(), mode)) {
                return false;
            }
        }
        held.put(owner, mode);
        return true;
    }

    private static boolean excludes(LockMode held, LockMode wanted) {
        return held == LockMode.EXCLUSIVE || wanted == LockMode.EXCLUSIVE;
    }

    /// Takes or drops a POSIX lock; false when another stands in the way.
    boolean lock(long inode, Owner owner, int pid, LockMode mode, LockRange range) {
        if (mode != LockMode.UNLOCK && conflict(inode, owner, mode, range).isPresent()) {
            return false;
        }
        TreeMap<Integer, Mark> own =
                ranges.computeIfAbsent(inode, _ -> new HashMap<>()).computeIfAbsent(owner, _ -> new TreeMap<>());
        for (int unit = (int) range.start(); unit <= last(range); unit++) {
            if (mode == LockMode.UNLOCK) {
                own.remove(unit);
            } else {
                own.put(unit, new Mark(mode, pid));
            }
        }
        return true;
    }

    private static int last(LockRange range) {
        return (int) Math.min(range.end(), UNITS);
    }

    /// A holder that stands in the way of a lock, and its mark there.
    Optional<Map.Entry<Owner, Mark>> conflict(long inode, Owner owner, LockMode mode, LockRange range) {
        return ranges.getOrDefault(inode, Map.of()).entrySet().stream()
                .filter(other -> !other.getKey().equals(owner))
                .flatMap(
                        other -> other.getValue().subMap((int) range.start(), true, last(range), true).values().stream()
                                .filter(mark -> excludes(mark.mode(), mode))
                                .map(mark -> Map.entry(other.getKey(), mark)))
                .findFirst();
    }

    /// Whether someone other than `owner` holds a lock as told: the pid shows only to its own client.
    boolean holds(long inode, Owner owner, int client, LockMode mode, int pid, LockRange at) {
        return ranges.getOrDefault(inode, Map.of()).entrySet().stream()
                .filter(other -> !other.getKey().equals(owner))
                .anyMatch(other -> {
                    Mark mark = other.getValue().get((int) at.start());
                    boolean isOwn = other.getKey().client() == client;
                    return mark != null && mark.mode() == mode && (isOwn ? mark.pid() : 0) == pid;
                });
    }

    /// A client's session has ended.
    void drop(int client) {
        flocks.values().forEach(held -> held.keySet().removeIf(owner -> owner.client() == client));
        ranges.values().forEach(held -> held.keySet().removeIf(owner -> owner.client() == client));
    }
}
