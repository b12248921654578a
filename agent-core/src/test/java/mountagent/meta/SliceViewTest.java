package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What records laid over each other show.
class SliceViewTest {
    /// The worked example of semantics.md §8.
    @Test
    void laterRecordsHideEarlierOnes() {
        List<Slice> records = List.of(
                new Slice(0, 11, 100, 0, 100),
                new Slice(40, 12, 30, 0, 30),
                new Slice(90, 0, 0, 0, 20),
                new Slice(300, 13, 10, 0, 10));
        List<Slice> pieces = List.of(
                new Slice(0, 11, 100, 0, 40),
                new Slice(40, 12, 30, 0, 30),
                new Slice(70, 11, 100, 70, 20),
                Slice.zeros(90, 20),
                Slice.zeros(110, 190),
                new Slice(300, 13, 10, 0, 10));
        assertEquals(pieces, SliceView.pieces(records, 0, 310));
    }

    @Test
    void rangeIsCutOutOfPieces() {
        List<Slice> records = List.of(new Slice(10, 5, 200, 50, 100));
        assertEquals(List.of(new Slice(20, 5, 200, 60, 30)), SliceView.pieces(records, 20, 50));
        assertEquals(List.of(Slice.zeros(0, 5)), SliceView.pieces(records, 0, 5));
        assertEquals(List.of(Slice.zeros(0, 5)), SliceView.pieces(List.of(), 0, 5));
    }

    @Test
    void piecesShowWhatPaintingByteByByteShows() {
        Random random = new Random(42);
        for (int round = 0; round < 2000; round++) {
            List<Slice> records = new ArrayList<>();
            long[] painted = new long[64];
            for (int i = 0; i < random.nextInt(8); i++) {
                int pos = random.nextInt(60);
                int len = 1 + random.nextInt(64 - pos);
                int off = random.nextInt(10);
                boolean isZeros = random.nextInt(4) == 0;
                Slice slice = isZeros ? Slice.zeros(pos, len) : new Slice(pos, 100 + i, 100, off, len);
                records.add(slice);
                for (int at = 0; at < len; at++) {
                    painted[pos + at] = isZeros ? 0 : (100 + i) * 1000L + off + at;
                }
            }
            assertArrayEquals(painted, shown(SliceView.pieces(records, 0, 64)));
        }
    }

    private static long[] shown(List<Slice> pieces) {
        long[] shown = new long[64];
        int next = 0;
        for (Slice piece : pieces) {
            assertEquals(next, piece.pos());
            for (int at = 0; at < piece.len(); at++) {
                shown[piece.pos() + at] = piece.isZeros() ? 0 : piece.id() * 1000 + piece.off() + at;
            }
            next = piece.end();
        }
        assertEquals(64, next);
        return shown;
    }
}
