package mountagent.meta;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What the records of a chunk show: later records hide earlier ones (reference: semantics.md §8).
final class SliceView {
    private SliceView() {}

    /// The pieces of slices, and zeros where there are none, that cover `[from, to)` of a chunk without gap or overlap,
    /// in ascending order.
    static List<Slice> pieces(List<Slice> records, int from, int to) {
        NavigableMap<Integer, Slice> shown = new TreeMap<>();
        for (Slice record : records) {
            cut(shown, record.pos());
            cut(shown, record.end());
            shown.subMap(record.pos(), record.end()).clear();
            if (record.len() > 0) {
                shown.put(record.pos(), record);
            }
        }
        cut(shown, from);
        cut(shown, to);
        return filled(shown.subMap(from, to).values(), from, to);
    }

    /// Splits the piece that lies across `pos`.
    private static void cut(NavigableMap<Integer, Slice> shown, int pos) {
        Map.Entry<Integer, Slice> below = shown.lowerEntry(pos);
        if (below != null && below.getValue().end() > pos) {
            Slice piece = below.getValue();
            shown.put(piece.pos(), part(piece, piece.pos(), pos));
            shown.put(pos, part(piece, pos, piece.end()));
        }
    }

    /// The part of a piece that shows `[from, to)` of the chunk.
    static Slice part(Slice piece, int from, int to) {
        return piece.isZeros()
                ? Slice.zeros(from, to - from)
                : new Slice(from, piece.id(), piece.size(), piece.off() + from - piece.pos(), to - from);
    }

    private static List<Slice> filled(Iterable<Slice> pieces, int from, int to) {
        List<Slice> all = new ArrayList<>();
        int next = from;
        for (Slice piece : pieces) {
            if (next < piece.pos()) {
                all.add(Slice.zeros(next, piece.pos() - next));
            }
            all.add(piece);
            next = piece.end();
        }
        if (next < to) {
            all.add(Slice.zeros(next, to - next));
        }
        return all;
    }
}
