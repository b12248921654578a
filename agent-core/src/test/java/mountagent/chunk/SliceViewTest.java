package mountagent.chunk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import mountagent.meta.Slice;
import org.junit.jupiter.api.Test;

final class SliceViewTest {
    private static final long SEED = Long.getLong("mountagent.seed", 42);
    private static final int ROUNDS = Integer.getInteger("mountagent.rounds", 2_000);

    @Test
    void theWorkedExampleOfTheFormat() {
        var view = SliceView.of(List.of(
                new Slice(0, 11, 100, 0, 100),
                new Slice(40, 12, 30, 0, 30),
                new Slice(90, 0, 0, 0, 20),
                new Slice(300, 13, 10, 0, 10)));
        assertEquals(
                List.of("11,100,0,40", "12,30,0,30", "11,100,70,20", "0,0,0,20", "0,0,0,190", "13,10,0,10"),
                shown(view));
        assertEquals(310, view.end());
    }

    @Test
    void aGapAtTheStartIsZeros() {
        assertEquals(List.of("0,0,0,40", "12,30,0,30"), shown(SliceView.of(List.of(new Slice(40, 12, 30, 0, 30)))));
    }

    @Test
    void noRecordsShowNothing() {
        assertEquals(0, SliceView.of(List.of()).end());
        assertEquals(0, SliceView.EMPTY.indexAt(5));
    }

    @Test
    void piecesAreFoundByPosition() {
        var view = SliceView.of(List.of(new Slice(10, 1, 10, 0, 10), new Slice(20, 2, 10, 0, 10)));
        assertEquals(0, view.indexAt(0));
        assertEquals(0, view.indexAt(9));
        assertEquals(1, view.indexAt(10));
        assertEquals(2, view.indexAt(29));
        assertEquals(3, view.indexAt(30));
    }

    /// A painter's array says which byte of which slice is on top at each position.
    @Test
    void laterRecordsHideEarlierOnes() {
        var random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            int width = 1 + random.nextInt(200);
            long[] ids = new long[width];
            int[] offsets = new int[width];
            List<Slice> records = new ArrayList<>();
            for (int i = random.nextInt(30); i > 0; i--) {
                int pos = random.nextInt(width);
                int len = random.nextInt(width - pos + 1);
                int off = random.nextInt(50);
                long id = random.nextInt(4) == 0 ? 0 : records.size() + 1;
                records.add(id == 0 ? Slice.zeros(pos, len) : new Slice(pos, id, 1000, off, len));
                Arrays.fill(ids, pos, pos + len, id);
                for (int at = pos; at < pos + len; at++) {
                    offsets[at] = id == 0 ? 0 : off + at - pos;
                }
            }
            check(SliceView.of(records), ids, offsets);
        }
    }

    private static void check(SliceView view, long[] ids, int[] offsets) {
        long[] seenIds = new long[ids.length];
        int[] seenOffsets = new int[ids.length];
        int end = 0;
        for (Slice piece : view.pieces()) {
            assertEquals(end, piece.pos(), "pieces lie side by side");
            assertTrue(piece.len() > 0);
            for (int at = piece.pos(); at < piece.end(); at++) {
                seenIds[at] = piece.id();
                seenOffsets[at] = piece.isZeros() ? 0 : piece.off() + at - piece.pos();
                assertEquals(piece, view.pieces().get(view.indexAt(at)));
            }
            end = piece.end();
        }
        assertArrayEquals(ids, seenIds);
        assertArrayEquals(offsets, seenOffsets);
    }

    private static List<String> shown(SliceView view) {
        return view.pieces().stream()
                .map(piece -> piece.id() + "," + piece.size() + "," + piece.off() + "," + piece.len())
                .toList();
    }
}
