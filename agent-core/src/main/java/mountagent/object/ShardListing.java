package mountagent.object;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The listing of one shard, read page by page while it is merged with those of the others. Used by one thread.
final class ShardListing {
    /// Asks for the page after a key.
    @FunctionalInterface
    interface Pages {
        ObjectPage after(String after, int limit) throws ObjectStoreException;
    }

    private final Pages pages;
    private final int pageSize;
    private final Predicate<ObjectInfo> belongs;
    private String after;
    private Iterator<ObjectInfo> page = List.<ObjectInfo>of().iterator();
    private boolean isLast;
    private @Nullable ObjectInfo next;

    /// What comes after `after` and satisfies `belongs`, `pageSize` at once.
    ShardListing(Pages pages, String after, int pageSize, Predicate<ObjectInfo> belongs) {
        this.pages = pages;
        this.after = after;
        this.pageSize = pageSize;
        this.belongs = belongs;
    }

    /// The first `limit` objects of all `listings` together, ascending; complete or an exception.
    static ObjectPage merge(List<ShardListing> listings, int limit) throws ObjectStoreException {
        PriorityQueue<ShardListing> heads = new PriorityQueue<>(Comparator.comparing(ShardListing::key));
        for (ShardListing listing : listings) {
            if (listing.advance()) {
                heads.add(listing);
            }
        }
        List<ObjectInfo> merged = new ArrayList<>();
        for (ShardListing first = heads.poll(); first != null; first = heads.poll()) {
            if (merged.size() == limit) {
                return new ObjectPage(merged, false);
            }
            merged.add(first.head());
            if (first.advance()) {
                heads.add(first);
            }
        }
        return new ObjectPage(merged, true);
    }

    private ObjectInfo head() {
        if (next == null) {
            throw new IllegalStateException("the listing has ended");
        }
        return next;
    }

    private String key() {
        return head().key();
    }

    private boolean advance() throws ObjectStoreException {
        next = null;
        while (next == null && (page.hasNext() || !isLast)) {
            if (!page.hasNext()) {
                fetch();
            } else {
                ObjectInfo object = page.next();
                next = belongs.test(object) ? object : null;
            }
        }
        return next != null;
    }

    private void fetch() throws ObjectStoreException {
        ObjectPage fetched = pages.after(after, pageSize);
        page = fetched.objects().iterator();
        isLast = fetched.isLast();
        if (!fetched.objects().isEmpty()) {
            after = fetched.objects().getLast().key();
        } else if (!isLast) {
            throw new ObjectStoreException(
                    ObjectStoreException.Kind.INVALID, "a shard lists nothing after " + after + " and does not end");
        }
    }
}
