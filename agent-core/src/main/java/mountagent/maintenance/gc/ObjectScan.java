package mountagent.maintenance.gc;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import mountagent.base.Progress;
import mountagent.maintenance.gc.GcReport.Sum;
import mountagent.maintenance.gc.ObjectJudge.Verdict;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;

/// One complete look at the objects of a volume: sums by verdict, and the leaked ones as far as they are
/// kept.
///
/// Thrown away when the listing fails, however late: what a part of a listing says proves nothing.
final class ObjectScan {
    private static final String PREFIX = "chunks/";
    private static final int PAGE = 10_000;

    private final Map<Verdict, Sum> sums = new EnumMap<>(Verdict.class);
    private final List<ObjectInfo> leaked = new ArrayList<>();
    private final int keptMax;
    private Sum scanned = Sum.NONE;
    private boolean isOverflown;

    private ObjectScan(int keptMax) {
        this.keptMax = keptMax;
    }

    /// Lists all objects, then what broken-off puts left behind, and judges each. At most `keptMax` leaked
    /// ones are kept; the others are found again by the next look.
    static ObjectScan run(ObjectStore store, ObjectJudge judge, SliceTable slices, int keptMax, Progress progress)
            throws ObjectStoreException {
        ObjectScan scan = new ObjectScan(keptMax);
        try (Progress.Count count = progress.count("scanned objects")) {
            scan.walk(store::list, object -> scan.add(object, judge.judge(object, slices)), count);
            scan.walk(
                    store::listUnfinished,
                    object -> scan.add(object, judge.isYoung(object) ? Verdict.SKIPPED : Verdict.LEAKED),
                    count);
        }
        return scan;
    }

    private interface Listing {
        ObjectPage list(String prefix, String after, int limit) throws ObjectStoreException;
    }

    private interface Visitor {
        void visit(ObjectInfo object);
    }

    private void walk(Listing listing, Visitor visitor, Progress.Count count) throws ObjectStoreException {
        String after = "";
        boolean isLast = false;
        while (!isLast) {
            ObjectPage page = listing.list(PREFIX, after, PAGE);
            for (ObjectInfo object : page.objects()) {
                visitor.visit(object);
                after = object.key();
            }
            count.add(page.objects().size());
            isLast = page.isLast();
        }
    }

    private void add(ObjectInfo object, Verdict verdict) {
        scanned = scanned.plus(object.size());
        sums.put(verdict, sum(verdict).plus(object.size()));
        if (verdict == Verdict.LEAKED) {
            if (leaked.size() < keptMax) {
                leaked.add(object);
            } else {
                isOverflown = true;
            }
        }
    }

    Sum scanned() {
        return scanned;
    }

    Sum sum(Verdict verdict) {
        return sums.getOrDefault(verdict, Sum.NONE);
    }

    /// The leaked objects.
    List<ObjectInfo> leaked() {
        return leaked;
    }

    /// Whether there were more leaked objects than could be kept.
    boolean isOverflown() {
        return isOverflown;
    }
}
