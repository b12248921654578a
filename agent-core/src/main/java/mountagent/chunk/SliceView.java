package mountagent.chunk;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import mountagent.meta.Slice;

/// What a chunk's records show together: pieces side by side from position 0 on, later records over earlier
/// ones.
///
/// Uncovered space between pieces is a piece of zeros; after the last piece there is nothing, which reads
/// as zeros too. Only `id` 0 marks zeros (reference: semantics.md §8). Immutable.
final class SliceView {
    static final SliceView EMPTY = new SliceView(List.of());

    private final List<Slice> pieces;

    private SliceView(List<Slice> pieces) {
        this.pieces = pieces;
    }

    /// Lays `records`, oldest first, over each other.
    static SliceView of(List<Slice> records) {
        var shown = new TreeMap<Integer, Slice>();
        for (Slice record : records) {
            if (record.len() > 0) {
                cut(shown, record.pos());
                cut(shown, record.end());
                shown.subMap(record.pos(), record.end()).clear();
                shown.put(record.pos(), record);
            }
        }
        List<Slice> pieces = new ArrayList<>(shown.size() + 1);
        int end = 0;
        for (Slice piece : shown.values()) {
            if (piece.pos() > end) {
                pieces.add(Slice.zeros(end, piece.pos() - end));
            }
            pieces.add(piece);
            end = piece.end();
        }
        return new SliceView(List.copyOf(pieces));
    }

    /// Divides the piece around `pos`, if there is one, into two that meet there.
    private static void cut(NavigableMap<Integer, Slice> shown, int pos) {
        Map.Entry<Integer, Slice> before = shown.lowerEntry(pos);
        if (before == null || before.getValue().end() <= pos) {
            return;
        }
        Slice whole = before.getValue();
        shown.put(whole.pos(), part(whole, whole.pos(), pos));
        shown.put(pos, part(whole, pos, whole.end()));
    }

    /// The part `[from, to)` of a piece, in positions of the chunk.
    static Slice part(Slice whole, int from, int to) {
        return whole.isZeros()
                ? Slice.zeros(from, to - from)
                : new Slice(from, whole.id(), whole.size(), whole.off() + from - whole.pos(), to - from);
    }

    /// All pieces, without a gap.
    List<Slice> pieces() {
        return pieces;
    }

    /// Where the last piece ends.
    int end() {
        return pieces.isEmpty() ? 0 : pieces.getLast().end();
    }

    /// The index of the piece that holds `pos`, or the count of pieces when `pos` is past all.
    int indexAt(int pos) {
        int low = 0;
        int high = pieces.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (pieces.get(middle).end() <= pos) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
