package mountagent.volume;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.DentryKey;

/// What this process changed lately, by name and by inode, in the order of the changes: whoever holds something that
/// was
/// read at a certain point asks whether that was changed since.
///
/// Bounded: the changes that are longest ago are forgotten first, and whoever asks about a time before those is told
/// yes. Thread-safe.
final class RecentChanges {
    static final int CHANGES_MAX = 65_536;

    /// Some name in a directory.
    private record NameIn(long directory) {}

    private final ReentrantLock lock = new ReentrantLock();

    /// When what was changed last, as a count of changes. Guarded by the lock.
    private final SequencedMap<Object, Long> last = new LinkedHashMap<>();

    /// Up to which change some may have been forgotten. Guarded by the lock.
    private long horizon;

    /// How many there were. Changed with the lock held.
    private volatile long count;

    /// The point after all changes so far.
    long now() {
        return count;
    }

    /// The entry was made, removed or pointed elsewhere.
    void changed(DentryKey at) {
        lock.lock();
        try {
            note(at);
            note(new NameIn(at.parent()));
        } finally {
            lock.unlock();
        }
    }

    /// The attributes or contents of the inode changed.
    void changed(long inode) {
        lock.lock();
        try {
            note(inode);
        } finally {
            lock.unlock();
        }
    }

    private void note(Object what) {
        long next = count + 1;
        count = next;
        last.putLast(what, next);
        if (last.size() > CHANGES_MAX) {
            horizon = last.pollFirstEntry().getValue();
        }
    }

    /// Whether an entry or the inode behind it may have changed since `point`.
    boolean hasChanged(DentryKey at, long inode, long point) {
        return count != point && (isAfter(point, at) || isAfter(point, inode));
    }

    /// Whether some name in a directory may have changed since `point`.
    boolean hasNameChanged(long directory, long point) {
        return count != point && isAfter(point, new NameIn(directory));
    }

    private boolean isAfter(long point, Object what) {
        lock.lock();
        try {
            return point < horizon || last.getOrDefault(what, 0L) > point;
        } finally {
            lock.unlock();
        }
    }

    /// Gives the memory back: from now on all that was changed so far counts as changed.
    void forget() {
        lock.lock();
        try {
            last.clear();
            horizon = count;
        } finally {
            lock.unlock();
        }
    }
}
