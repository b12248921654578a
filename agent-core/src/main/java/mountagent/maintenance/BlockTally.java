package mountagent.maintenance;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// What a check of blocks counted: objects found, slices that records refer to, objects that are lost.
/// Thread-safe.
public final class BlockTally {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Long> lostByInode = new TreeMap<>();
    private long foundCount;
    private long foundBytes;
    private long usedCount;
    private long usedBytes;
    private long lostCount;
    private long lostBytes;

    /// Forgets everything: a check begins.
    void reset() {
        lock.lock();
        try {
            foundCount = 0;
            foundBytes = 0;
            usedCount = 0;
            usedBytes = 0;
            lostCount = 0;
            lostBytes = 0;
            lostByInode.clear();
        } finally {
            lock.unlock();
        }
    }

    void found(long bytes) {
        lock.lock();
        try {
            foundCount++;
            foundBytes += bytes;
        } finally {
            lock.unlock();
        }
    }

    void used(long sliceBytes) {
        lock.lock();
        try {
            usedCount++;
            usedBytes += sliceBytes;
        } finally {
            lock.unlock();
        }
    }

    /// A block of `inode` (0: of no file) is nowhere.
    void lost(long inode, long bytes) {
        lock.lock();
        try {
            lostCount++;
            lostBytes += bytes;
            lostByInode.merge(inode, 1L, Long::sum);
        } finally {
            lock.unlock();
        }
    }

    /// How many objects are lost.
    public long lostCount() {
        return lostCount;
    }

    /// The inodes whose data is lost in part, with how many blocks.
    public Map<Long, Long> lostByInode() {
        return Map.copyOf(lostByInode);
    }

    /// The official client's line about objects.
    public String foundText() {
        return "Found " + foundCount + " blocks (" + foundBytes + " bytes)";
    }

    /// The official client's line about slices, each counted as often as it is referred to.
    public String usedText() {
        return "Used by " + usedCount + " slices (" + usedBytes + " bytes)";
    }

    /// The official client's line about what is lost.
    public String lostText() {
        return lostCount + " objects are lost (" + lostBytes + " bytes), " + lostByInode.size() + " broken files:";
    }
}
