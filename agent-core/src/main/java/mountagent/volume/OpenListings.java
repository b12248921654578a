package mountagent.volume;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Clock;
import mountagent.base.DentryKey;

/// The listings that are open, and what they share: what this process changed since they read their pages, so that it
/// shows in what they have not handed out yet, and a limit to the memory of the pages. Programs may hold any number of
/// directories open. Thread-safe; changes cost nothing while no listing is open.
final class OpenListings {
    /// Entries of pages that are kept, some 300 bytes each.
    private static final int ENTRIES_MAX = 262_144;

    private final int entriesMax;
    private final Set<DirListing> open = ConcurrentHashMap.newKeySet();
    private final RecentChanges changes = new RecentChanges();
    private final ReentrantLock lock = new ReentrantLock();

    /// The listings that hold a page, that which read one longest ago first, and how many entries. Guarded by the lock.
    private final SequencedMap<DirListing, Integer> pages = new LinkedHashMap<>();

    /// How many entries they are together. Guarded by the lock.
    private int entries;

    OpenListings() {
        this(ENTRIES_MAX);
    }

    /// For tests: with another limit.
    OpenListings(int entriesMax) {
        this.entriesMax = entriesMax;
    }

    /// Begins a listing, before anything is read for it.
    DirListing begin(long inode, Clock clock) {
        var listing = new DirListing(inode, this, clock);
        open.add(listing);
        return listing;
    }

    void end(DirListing listing) {
        open.remove(listing);
        lock.lock();
        try {
            take(listing);
        } finally {
            lock.unlock();
        }
        if (open.isEmpty()) {
            changes.forget();
        }
    }

    RecentChanges changes() {
        return changes;
    }

    /// The entry was made, removed or pointed elsewhere.
    void touched(DentryKey at) {
        if (!open.isEmpty()) {
            changes.changed(at);
        }
    }

    /// The attributes or contents of the inode changed.
    void touched(long inode) {
        if (!open.isEmpty()) {
            changes.changed(inode);
        }
    }

    /// A listing, whose lock the caller holds, has read a page. Others that are not in use just now give theirs back
    /// where all together are too many.
    void hasRead(DirListing listing, int count) {
        List<DirListing> victims = new ArrayList<>();
        lock.lock();
        try {
            keep(listing, count);
            while (entries > entriesMax && pages.size() > 1) {
                DirListing eldest = pages.firstEntry().getKey();
                take(eldest);
                victims.add(eldest);
            }
        } finally {
            lock.unlock();
        }
        victims.forEach(this::drop);
    }

    /// Without the lock, since whoever reads in the victim wants it.
    private void drop(DirListing victim) {
        if (!victim.tryDropPage()) {
            lock.lock();
            try {
                if (open.contains(victim)) {
                    keep(victim, victim.pageEntries());
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void keep(DirListing listing, int count) {
        take(listing);
        pages.putLast(listing, count);
        entries += count;
    }

    private void take(DirListing listing) {
        Integer count = pages.remove(listing);
        if (count != null) {
            entries -= count;
        }
    }
}
