package mountagent.volume;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.MetaStore;
import mountagent.meta.Node;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// A listing under way: one page of entries at a time, and where each page before it began.
///
/// # Positions
/// Entries are counted from 0 in the order the engine lists them. For the start of each page that was loaded the
/// engine's cursor is kept (an anchor: one for some thousand entries), so that a position handed out before can be
/// found again with one page read. A page is a snapshot; what this process changed since it was loaded is asked
/// for again when it is handed out ([RecentChanges]). Where too many have pages, one that has not been handed out
/// in part may lose its own and loads it again.
///
/// The lock guards all of it.
final class DirListing implements DirHandle {
    /// How many entries are asked for at a time.
    static final int PAGE_ENTRIES = 4096;

    /// How long a first page waits for the first to read it.
    private static final long FRESH_NANOS = 1_000_000_000L;

    private record Anchor(long position, Cursor cursor) {}

    private final long inode;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Anchor> anchors = new ArrayList<>();
    private final OpenListings listings;

    /// The point after which changes may be missing since the directory was opened, and in the page.
    private final long openedAt;

    private long loadedAt;
    private volatile @Nullable Page<Scan.DirEntry> page;
    private Scan.Detail pageDetail = Scan.Detail.NAMES;
    private long pageStart;

    /// The position that was asked for last.
    private long asked = -1;

    private @Nullable Node opened;
    private long freshUntilNanos;

    /// A listing of a directory that is about to be [#opened].
    DirListing(long inode, OpenListings listings, Clock clock) {
        this.inode = inode;
        this.listings = listings;
        this.clock = clock;
        this.openedAt = listings.changes().now();
        this.loadedAt = openedAt;
    }

    /// The directory was read for that. What this process changed meanwhile has been noted already.
    void opened(MetaStore.OpenedDirectory directory) {
        lock.lock();
        try {
            opened = directory.node();
            page = directory.first();
            pageDetail = Scan.Detail.NODES;
            freshUntilNanos = clock.nanoTime() + FRESH_NANOS;
            listings.hasRead(this, pageEntries());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long inode() {
        return inode;
    }

    ReentrantLock lock() {
        return lock;
    }

    /// Gives the page back, unless it is in use, or has been handed out in part: read again it might begin with other
    /// entries, if some have gone.
    boolean tryDropPage() {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            boolean isHalfGiven = asked >= pageStart && asked < pageStart + pageEntries();
            if (!isHalfGiven) {
                page = null;
            }
            return !isHalfGiven;
        } finally {
            lock.unlock();
        }
    }

    /// How many entries are held; a hint without the lock.
    int pageEntries() {
        Page<Scan.DirEntry> now = page;
        return now == null ? 0 : now.records().size();
    }

    /// Whether this process has changed the entry or its inode since the page was loaded.
    boolean isTouched(Scan.DirEntry entry) {
        return listings.changes().now() != loadedAt
                && listings.changes()
                        .hasChanged(
                                new DentryKey(inode, entry.name()),
                                entry.dentry().inode(),
                                loadedAt);
    }

    /// The directory as it was when it was opened, the first time; null when time has gone since. Called with the lock
    /// held.
    @Nullable
    Node takeOpened() {
        Node node = opened;
        opened = null;
        return node;
    }

    /// The listing begins anew. The first time, what was read when the directory was opened will do, if that was just
    /// now and this process has made no other name in it since.
    void rewind() {
        boolean isFirst = page != null && anchors.isEmpty();
        boolean isFresh = isFirst
                && clock.nanoTime() - freshUntilNanos < 0
                && !listings.changes().hasNameChanged(inode, openedAt);
        anchors.clear();
        if (!isFresh) {
            page = null;
        }
    }

    /// The entry at `position`, or null past the end; maybe without the node that was asked for. Called with the lock
    /// held.
    Scan.@Nullable DirEntry at(MetaStore meta, long position, Scan.Detail detail) throws FsException {
        if (page != null && anchors.isEmpty()) {
            anchors.add(new Anchor(0, Cursor.START));
        }
        asked = position;
        if (page == null || position < pageStart || lacks(detail) && mayReload(position)) {
            load(meta, anchorBefore(position), detail);
        }
        while (page != null && position >= pageStart + page.records().size()) {
            Cursor next = page.next();
            if (next == null) {
                return null;
            }
            load(meta, new Anchor(pageStart + page.records().size(), next), detail);
        }
        return page == null ? null : page.records().get(Math.toIntExact(position - pageStart));
    }

    private boolean lacks(Scan.Detail wanted) {
        return wanted == Scan.Detail.NODES && pageDetail == Scan.Detail.NAMES;
    }

    /// Whether a page that is read again has the same entries before `position`, as far as is known here.
    private boolean mayReload(long position) {
        return position == pageStart || !listings.changes().hasNameChanged(inode, loadedAt);
    }

    private Anchor anchorBefore(long position) {
        for (int i = anchors.size() - 1; i >= 0; i--) {
            if (anchors.get(i).position() <= position) {
                return anchors.get(i);
            }
        }
        return new Anchor(0, Cursor.START);
    }

    private void load(MetaStore meta, Anchor anchor, Scan.Detail detail) throws FsException {
        loadedAt = listings.changes().now();
        page = meta.list(inode, detail, anchor.cursor(), PAGE_ENTRIES);
        pageDetail = detail;
        pageStart = anchor.position();
        if (anchors.isEmpty() || anchors.getLast().position() < anchor.position()) {
            anchors.add(anchor);
        }
        listings.hasRead(this, pageEntries());
    }
}
