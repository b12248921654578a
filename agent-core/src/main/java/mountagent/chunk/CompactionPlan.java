package mountagent.chunk;

import java.util.List;
import mountagent.base.Sizes;
import mountagent.meta.Slice;

/// What a compaction makes of a chunk's records: `skip` leading ones stay as they are, the others become
/// one slice of
/// `size` bytes at `pos`, with the bytes that `view` shows (reference: semantics.md §9).
record CompactionPlan(int records, int skip, SliceView view, int pos, int size) {
    private static final int LARGE_BYTES = Sizes.MIB;
    private static final int LARGE_SHARE = 5;

    /// The plan for `records`, oldest first.
    static CompactionPlan of(List<Slice> records) {
        int skip = 0;
        CompactionPlan plan = merging(records, 0);
        while (skip < records.size() && staysApart(records, skip, plan)) {
            skip++;
            plan = merging(records, skip);
        }
        return plan;
    }

    /// Whether at least two records become one.
    boolean isWorthwhile() {
        return records - skip >= 2 && size > 0;
    }

    /// A leading record that is large, and of which nothing is hidden, is not worth copying.
    private static boolean staysApart(List<Slice> records, int index, CompactionPlan plan) {
        Slice record = records.get(index);
        if (record.len() < LARGE_BYTES || (long) record.len() * LARGE_SHARE < plan.size) {
            return false;
        }
        List<Slice> pieces = plan.view.pieces();
        int first = !pieces.isEmpty() && pieces.getFirst().isZeros() && !record.isZeros() ? 1 : 0;
        boolean isWhole = pieces.size() > first
                && pieces.get(first).pos() == record.pos()
                && pieces.get(first).id() == record.id()
                && pieces.get(first).off() == record.off()
                && pieces.get(first).len() == record.len();
        return isWhole && !records.subList(index + 1, records.size()).contains(record);
    }

    private static CompactionPlan merging(List<Slice> records, int skip) {
        var view = SliceView.of(records.subList(skip, records.size()));
        int first = 0;
        int last = view.pieces().size() - 1;
        while (first < last && view.pieces().get(first).isZeros()) {
            first++;
        }
        while (last > first && view.pieces().get(last).isZeros()) {
            last--;
        }
        if (last < 0) {
            return new CompactionPlan(records.size(), skip, view, 0, 0);
        }
        int pos = view.pieces().get(first).pos();
        boolean isAllZeros = view.pieces().get(first).isZeros();
        int size = isAllZeros ? 1 : view.pieces().get(last).end() - pos;
        return new CompactionPlan(records.size(), skip, view, pos, size);
    }
}
