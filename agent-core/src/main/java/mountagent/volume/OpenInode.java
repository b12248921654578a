package mountagent.volume;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
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
    private final AtomicInteger lockReleases = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile boolean mayHaveSetIds = true;
    private volatile boolean mayHaveLocks;
    private volatile boolean sustained;
    private final AtomicReference<@Nullable FileVersion> seen = new AtomicReference<>();

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

    /// How often the file was cut so far: take it before reading a node that is then [#observe]d.
    int cuts() {
        return cuts.get();
    }

    /// Takes note of a node read while `pending` (taken before it) was pending and [#cuts] was `cutsBefore`.
    void observe(@Nullable Pending pending, Node node, int cutsBefore, long nowNanos) {
        long merged = pending == null ? node.length() : Math.max(pending.end(), node.length());
        if (cuts.get() == cutsBefore) {
            length = merged;
            observedNanos = nowNanos;
        }
    }

    /// Takes note of bytes written up to `end`. Called with the read lock of [#changes].
    void wrote(long end) {
        changeLengthAtLeast(end);
    }

    /// Takes note of a length set otherwise than by writing. Called with the write lock of [#changes].
    void cutTo(long newLength) {
        cuts.incrementAndGet();
        length = newLength;
    }

    private void changeLengthAtLeast(long end) {
        if (end > length) {
            length = end;
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

    /// Takes note of the version as of which it is opened. Only the first open counts: a later one may be of another
    /// front end, while what this one has cached stays.
    void opened(FileVersion version) {
        boolean _ = seen.compareAndSet(null, version);
    }

    /// Takes note of the version that all that is cached here is as of from now on; whether it was as of that before.
    boolean sawVersion(FileVersion version) {
        return version.equals(seen.getAndSet(version));
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
