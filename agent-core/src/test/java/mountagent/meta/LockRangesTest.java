package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import mountagent.base.LockRange;
import org.junit.jupiter.api.Test;

/// The arithmetic of locked ranges.
class LockRangesTest {
    private static final LockOwner ME = new LockOwner(1, 1);
    private static final LockOwner OTHER = new LockOwner(1, 2);

    private static PosixLock read(long start, long end) {
        return new PosixLock(LockType.READ, 7, start, end);
    }

    private static PosixLock write(long start, long end) {
        return new PosixLock(LockType.WRITE, 7, start, end);
    }

    private static LockRange range(long start, long end) {
        return new LockRange(start, end);
    }

    @Test
    void lockInTheMiddleSplitsAnother() {
        assertEquals(
                List.of(read(0, 9), write(10, 19), read(20, 99)),
                LockRanges.changed(List.of(read(0, 99)), LockType.WRITE, 7, range(10, 19)));
    }

    @Test
    void touchingLocksOfOneKindAreJoined() {
        assertEquals(
                List.of(read(0, 29)),
                LockRanges.changed(List.of(read(0, 9), read(20, 29)), LockType.READ, 7, range(10, 19)));
        assertEquals(
                List.of(read(0, 9), write(10, 19)),
                LockRanges.changed(List.of(read(0, 9)), LockType.WRITE, 7, range(10, 19)));
        assertEquals(
                List.of(read(0, 9), new PosixLock(LockType.READ, 8, 10, 19)),
                LockRanges.changed(List.of(read(0, 9)), LockType.READ, 8, range(10, 19)));
    }

    @Test
    void unlockingCutsOrRemoves() {
        List<PosixLock> locks = List.of(read(0, 99));
        assertEquals(List.of(read(0, 9), read(20, 99)), LockRanges.changed(locks, null, 7, range(10, 19)));
        assertEquals(List.of(read(50, 99)), LockRanges.changed(locks, null, 7, range(0, 49)));
        assertEquals(List.of(), LockRanges.changed(locks, null, 7, LockRange.ALL));
        assertEquals(locks, LockRanges.changed(locks, null, 7, range(100, PosixLock.TO_END)));
    }

    @Test
    void locksToTheEndStayThere() {
        List<PosixLock> all = LockRanges.changed(List.of(), LockType.WRITE, 7, LockRange.ALL);
        assertEquals(List.of(write(0, PosixLock.TO_END)), all);
        assertEquals(
                List.of(write(0, 4), read(5, PosixLock.TO_END)),
                LockRanges.changed(all, LockType.READ, 7, range(5, PosixLock.TO_END)));
    }

    @Test
    void readersShareAndWritersDoNot() {
        Map<LockOwner, List<PosixLock>> all = Map.of(OTHER, List.of(read(10, 19), write(30, 39)));
        assertEquals(Optional.empty(), LockRanges.conflict(all, ME, LockType.READ, range(0, 29)));
        assertEquals(
                read(10, 19),
                LockRanges.conflict(all, ME, LockType.WRITE, LockRange.ALL)
                        .orElseThrow()
                        .lock());
        assertEquals(
                write(30, 39),
                LockRanges.conflict(all, ME, LockType.READ, LockRange.ALL)
                        .orElseThrow()
                        .lock());
        assertTrue(
                LockRanges.conflict(all, OTHER, LockType.WRITE, LockRange.ALL).isEmpty());
        assertTrue(LockRanges.conflict(all, ME, LockType.WRITE, range(20, 29)).isEmpty());
    }

    @Test
    void anySequenceComesToWhatPaintingGives() {
        Random random = new Random(7);
        List<PosixLock> locks = List.of();
        int[] painted = new int[50];
        for (int round = 0; round < 5000; round++) {
            int start = random.nextInt(50);
            int end = start + random.nextInt(50 - start);
            LockType type = switch (random.nextInt(3)) {
                case 0 -> LockType.READ;
                case 1 -> LockType.WRITE;
                default -> null;
            };
            locks = LockRanges.changed(locks, type, 7, range(start, end));
            for (int at = start; at <= end; at++) {
                painted[at] = type == null ? 0 : type.ordinal() + 1;
            }
            assertArrayEquals(painted, shown(locks));
        }
    }

    private static int[] shown(List<PosixLock> locks) {
        int[] shown = new int[50];
        PosixLock last = null;
        for (PosixLock lock : locks) {
            boolean isJoined = last == null || last.end() + 1 < lock.start() || last.type() != lock.type();
            assertTrue(isJoined && (last == null || last.end() < lock.start()), () -> "not normal: " + locks);
            for (long at = lock.start(); at <= lock.end(); at++) {
                shown[(int) at] = lock.type().ordinal() + 1;
            }
            last = lock;
        }
        return shown;
    }
}
