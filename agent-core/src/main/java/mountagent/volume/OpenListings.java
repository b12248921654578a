package mountagent.volume;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import mountagent.base.DentryKey;

/// The listings that are open, so that a change made by this process shows in the part of a page that a listing has
/// loaded but not handed out. Thread-safe; costs nothing while no listing is open.
final class OpenListings {
    private final Set<DirListing> open = ConcurrentHashMap.newKeySet();

    void add(DirListing listing) {
        open.add(listing);
    }

    void remove(DirListing listing) {
        open.remove(listing);
    }

    /// The entry was made, removed or pointed elsewhere.
    void touched(DentryKey at) {
        for (DirListing listing : open) {
            if (listing.inode() == at.parent()) {
                listing.touched(at.name());
            }
        }
    }

    /// The attributes or contents of the inode changed.
    void touched(long inode) {
        for (DirListing listing : open) {
            listing.touched(inode);
        }
    }
}
