package mountagent.volume;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import mountagent.base.Attr;
import mountagent.base.Timestamp;
import mountagent.chunk.InodeData;
import mountagent.chunk.Pending;
import mountagent.meta.Node;
import org.jspecify.annotations.Nullable;

/// One inode that is open here: its data, and its length as programs of this process must see it.
///
/// # Length The length shown is the greater of what is committed and what is pending. A reader of both
/// takes the pending end first and the committed node second: what is committed in between is then in the
/// node already, and a length never seems to shrink for a moment. Lengths that do shrink (truncation)
/// happen under the write lock of [#changes] and are counted, so that a value read before one is not kept
/// after it.
///
/// Thread-safe. Handles are counted under the table's lock of this entry.
final class OpenInode {
    private final long inode;
    private final InodeData data;
    private final ReadWriteLock changes = new ReentrantReadWriteLock();
    private final AtomicBoolean removeDataAtEnd = new AtomicBoolean();
    private int handles;
    private boolean opened;
    private volatile boolean shared;
    private volatile long length;
    private volatile long observedNanos = Long.MIN_VALUE;
    private final Lock lengthLock = new ReentrantLock();

    /// How often the length was cut, and how often a write moved it. Guarded by `lengthLock`.
    private int cuts;

    private int growths;
    private final AtomicInteger lockReleases = new AtomicInteger();
    private volatile boolean mayHaveSetIds = true;
    private volatile boolean mayHaveLocks;
    private volatile boolean sustained;
    private final Lock renewal = new ReentrantLock();
    private long othersDropped;

    OpenInode(long inode, InodeData data) {
        this.inode = inode;
        this.data = data;
    }

    long inode() {
        return inode;
    }

    InodeData data() {
        return data;
    }

    /// Read side: writes. Write side: whatever changes the length or the slices other than by writing.
    ReadWriteLock changes() {
        return changes;
    }

    void addHandle() {
        shared = opened;
        opened = true;
        handles++;
    }

    int removeHandle() {
        return --handles;
    }

    /// Whether more than one handle was ever open on it since it entered the table.
    boolean isShared() {
        return shared;
    }

    /// The length a read may rely on.
    long length() {
        return length;
    }

    /// When [#length] was last compared with the metadata, by the clock's nanoseconds.
    long observedNanos() {
        return observedNanos;
    }

    /// What a length that is read from now on has to be compared with: take it before reading a node that is then
    /// [#observe]d.
    long stamp() {
        lengthLock.lock();
        try {
            return (long) cuts << Integer.SIZE | growths & 0xffff_ffffL;
        } finally {
            lengthLock.unlock();
        }
    }

    /// Takes note of a node read while `pending` (taken before it) was pending and [#stamp] was `stampBefore`. A length
    /// that was cut meanwhile is not undone, one that a write has moved is only moved on.
    void observe(@Nullable Pending pending, Node node, long stampBefore, long nowNanos) {
        long merged = pending == null ? node.length() : Math.max(pending.end(), node.length());
        lengthLock.lock();
        try {
            if (cuts == (int) (stampBefore >>> Integer.SIZE)) {
                length = growths == (int) stampBefore ? merged : Math.max(length, merged);
                observedNanos = nowNanos;
            }
        } finally {
            lengthLock.unlock();
        }
    }

    /// Has nodes that are being read just now no say about the length any more.
    void outdateReads() {
        lengthLock.lock();
        try {
            cuts++;
        } finally {
            lengthLock.unlock();
        }
    }

    /// Takes note of bytes written up to `end`. Called with the read lock of [#changes].
    void wrote(long end) {
        if (end <= length) {
            return;
        }
        lengthLock.lock();
        try {
            growths++;
            length = Math.max(length, end);
        } finally {
            lengthLock.unlock();
        }
    }

    /// Takes note of a length set otherwise than by writing. Called with the write lock of [#changes].
    void cutTo(long newLength) {
        lengthLock.lock();
        try {
            cuts++;
            length = newLength;
        } finally {
            lengthLock.unlock();
        }
    }

    /// Whether the node may have set-user-ID or set-group-ID bits that a write would have to drop.
    boolean mayHaveSetIds() {
        return mayHaveSetIds;
    }

    void setMayHaveSetIds(boolean may) {
        mayHaveSetIds = may;
    }

    /// Whether a POSIX lock was ever taken here while it was open.
    boolean mayHaveLocks() {
        return mayHaveLocks;
    }

    void locked() {
        mayHaveLocks = true;
    }

    /// A handle with locks of its own has been closed by its program; they are about to be dropped.
    void lockReleaseBegins() {
        lockReleases.incrementAndGet();
    }

    void lockReleaseEnds() {
        lockReleases.decrementAndGet();
    }

    /// Whether a lock of this inode is about to be dropped: who finds it taken may as well wait for that.
    boolean isLockBeingReleased() {
        return lockReleases.get() > 0;
    }

    /// For whoever looks whether others have changed the file and has caches dropped: the next one waits for that.
    Lock renewal() {
        return renewal;
    }

    /// Whether more changes of others were met than when this was last asked. Called with the lock [#renewal].
    boolean hasMoreFromOthers() {
        long others = data.changesByOthers();
        boolean isMore = others != othersDropped;
        othersDropped = others;
        return isMore;
    }

    /// Whether this session keeps the inode alive although it has no name.
    boolean isSustained() {
        return sustained;
    }

    void sustain() {
        sustained = true;
    }

    /// The node was removed although this is open: the last close deletes the data.
    void removeDataAtEnd() {
        removeDataAtEnd.set(true);
    }

    boolean mustRemoveData() {
        return removeDataAtEnd.get();
    }

    /// Whether the caller is to delete the data now; true only once.
    boolean takeRemoval() {
        return removeDataAtEnd.getAndSet(false);
    }

    /// `node` as programs see it while `pending` (taken before the node was read) is pending.
    static Attr merged(long inode, Node node, @Nullable Pending pending) {
        Attr attr = node.shown(inode);
        if (pending == null) {
            return attr;
        }
        Timestamp ctime = attr.ctime().compareTo(pending.time()) > 0 ? attr.ctime() : pending.time();
        return attr.withPending(Math.max(attr.length(), pending.end()), pending.time(), ctime);
    }
}
