package mountagent.model;

import java.util.Map;
import java.util.TreeMap;

/// Where the bytes of a file come from: each byte is a hole or a byte of a slice, known by slice and offset in it.
///
/// Two maps are equal when every byte is the same, however they came to be.
final class ByteMap {
    /// Bytes up to `end` (exclusive), the first of which is byte `offset` of slice `id`.
    record Piece(long end, long id, long offset) {}

    private final TreeMap<Long, Piece> pieces = new TreeMap<>();

    /// Makes `[start, start + length)` the bytes of slice `id` from `offset` on.
    void put(long start, long length, long id, long offset) {
        if (length <= 0) {
            return;
        }
        clear(start, length);
        long from = start;
        long end = start + length;
        long firstOffset = offset;
        Map.Entry<Long, Piece> before = pieces.lowerEntry(start);
        if (before != null && before.getValue().end() == start && continues(before, start, id, offset)) {
            from = before.getKey();
            firstOffset = before.getValue().offset();
        }
        Piece after = pieces.get(end);
        if (after != null && after.id() == id && after.offset() == offset + length) {
            pieces.remove(end);
            end = after.end();
        }
        pieces.put(from, new Piece(end, id, firstOffset));
    }

    private static boolean continues(Map.Entry<Long, Piece> before, long start, long id, long offset) {
        Piece piece = before.getValue();
        return piece.id() == id && piece.offset() + (start - before.getKey()) == offset;
    }

    /// Makes `[start, start + length)` a hole.
    void clear(long start, long length) {
        long end = start + length;
        splitAt(start);
        splitAt(end);
        pieces.subMap(start, end).clear();
    }

    private void splitAt(long at) {
        Map.Entry<Long, Piece> before = pieces.lowerEntry(at);
        if (before != null && before.getValue().end() > at) {
            Piece piece = before.getValue();
            pieces.put(before.getKey(), new Piece(at, piece.id(), piece.offset()));
            pieces.put(at, new Piece(piece.end(), piece.id(), piece.offset() + (at - before.getKey())));
        }
    }

    /// The bytes `[start, start + length)`, moved to begin at 0.
    ByteMap slice(long start, long length) {
        ByteMap copy = new ByteMap();
        long end = start + length;
        Map.Entry<Long, Piece> first = pieces.floorEntry(start);
        Map<Long, Piece> tail = pieces.subMap(first == null ? start : first.getKey(), end);
        tail.forEach((from, piece) -> {
            long low = Math.max(from, start);
            long high = Math.min(piece.end(), end);
            copy.put(low - start, high - low, piece.id(), piece.offset() + (low - from));
        });
        return copy;
    }

    /// Makes `[start, start + length)` what the first `length` bytes of `other` are, holes too.
    void overlay(long start, ByteMap other, long length) {
        clear(start, length);
        other.pieces.forEach((from, piece) -> {
            long high = Math.min(piece.end(), length);
            put(start + from, high - from, piece.id(), piece.offset());
        });
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ByteMap that && pieces.equals(that.pieces);
    }

    @Override
    public int hashCode() {
        return pieces.hashCode();
    }

    @Override
    public String toString() {
        return pieces.toString();
    }
}
