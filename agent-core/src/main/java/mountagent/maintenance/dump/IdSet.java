package mountagent.maintenance.dump;

import java.util.HashMap;
import java.util.Map;

/// A set of ids that lie close together, as drawn ids do: about one bit an id, and no more than some hundred
/// bytes for one that lies alone.
final class IdSet {
    private static final int PAGE_BITS = 10;
    private static final int WORDS = 1 << PAGE_BITS - 6;

    private final Map<Long, long[]> pages = new HashMap<>();
    private long highest;

    /// Adds an id and says whether it was not there before.
    boolean add(long id) {
        long[] page = pages.computeIfAbsent(id >>> PAGE_BITS, _ -> new long[WORDS]);
        int word = (int) (id >>> 6) & WORDS - 1;
        long bit = 1L << id;
        boolean isNew = (page[word] & bit) == 0;
        page[word] |= bit;
        highest = Math.max(highest, id);
        return isNew;
    }

    /// The highest id, 0 for none.
    long highest() {
        return highest;
    }
}
