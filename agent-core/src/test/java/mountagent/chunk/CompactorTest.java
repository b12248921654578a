package mountagent.chunk;

import static mountagent.chunk.DataFixture.bytes;
import static mountagent.chunk.DataFixture.read;
import static mountagent.chunk.DataFixture.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import mountagent.block.Compression;
import mountagent.meta.ChunkKey;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException.Kind;
import org.junit.jupiter.api.Test;

final class CompactorTest {
    private static final int BLOCK = 64 * Sizes.KIB;
    private static final ChunkKey CHUNK = new ChunkKey(1, 0);

    @Test
    void severalRecordsBecomeOneAndReadTheSame() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.LZ4)) {
            var file = fixture.data.open(1);
            byte[] expected = new byte[400_000];
            for (int i = 0; i < 12; i++) {
                byte[] part = bytes(i, 50_000);
                int offset = 10_000 + i * 7 % 12 * 25_000;
                write(file, offset, part);
                file.flush();
                System.arraycopy(part, 0, expected, offset, part.length);
            }
            assertTrue(fixture.data.compactor().compact(CHUNK));
            List<Slice> records = fixture.log.slices(CHUNK);
            assertEquals(1, records.size());
            assertEquals(10_000, records.getFirst().pos());
            assertEquals(325_000, records.getFirst().len());
            assertArrayEquals(expected, read(file, 0, expected.length, expected.length));
            var events = fixture.log.events();
            assertEquals("REPLACE", events.getLast().what());
            assertEquals(1, fixture.objects.calls(Operation.SYNC), "the merged slice is synced before it is shown");
            assertFalse(fixture.data.compactor().compact(CHUNK), "there is nothing left to do");
            fixture.data.remover().removeSlices(fixture.log.unreferenced());
            assertEquals(5, fixture.objectCount());
            file.close();
        }
    }

    @Test
    void aCompactionThatLosesTheRaceDeletesItsBlocks() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            write(file, 0, bytes(1, 100));
            file.flush();
            write(file, 50, bytes(2, 100));
            file.flush();
            var hold = fixture.objects.hold(Operation.PUT);
            fixture.data.compactor().request(CHUNK);
            DataFixture.await(() -> fixture.objects.calls(Operation.PUT) == 3);
            fixture.log.truncate(1, 0);
            fixture.log.release(List.of(CHUNK));
            hold.countDown();
            DataFixture.await(() -> fixture.objects.calls(Operation.DELETE) == 1);
            DataFixture.await(() -> fixture.objectCount() == 2);
            file.close();
        }
    }

    @Test
    void aBlockThatCannotBeReadLeavesEverythingAsItWas() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            write(file, 0, bytes(1, 100));
            file.flush();
            write(file, 200, bytes(2, 100));
            file.flush();
            fixture.objects.failNth(Operation.READ, 1, Kind.INVALID);
            assertThrows(FsException.class, () -> fixture.data.compactor().compact(CHUNK));
            assertEquals(2, fixture.log.slices(CHUNK).size());
            assertEquals(2, fixture.objectCount());
            file.close();
        }
    }

    @Test
    void aFileThatIsDeletedMeanwhileIsNoDamage() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            write(file, 0, bytes(1, 100));
            file.flush();
            write(file, 200, bytes(2, 100));
            file.flush();
            fixture.objects.failNth(Operation.READ, 1, Kind.MISSING);
            var hold = fixture.objects.hold(Operation.READ);
            var told = new AtomicReference<FsException>();
            Thread compaction = Threads.platform("compaction-")
                    .newThread(() -> told.set(assertThrows(
                            FsException.class, () -> fixture.data.compactor().compact(CHUNK))));
            compaction.start();
            DataFixture.await(() -> fixture.objects.calls(Operation.READ) >= 1);
            fixture.log.truncate(1, 0);
            fixture.log.release(List.of(CHUNK));
            hold.countDown();
            compaction.join();
            assertTrue(told.get().isExpected());
            file.close();
        }
    }

    @Test
    void manyRecordsAreCompactedInTheBackground() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            byte[] expected = new byte[200 * 10];
            for (int i = 0; i < 199; i++) {
                byte[] part = bytes(i, 10);
                write(file, i * 10L, part);
                file.flush();
                System.arraycopy(part, 0, expected, i * 10, 10);
            }
            DataFixture.await(() -> fixture.log.slices(CHUNK).size() < 150);
            assertArrayEquals(Arrays.copyOf(expected, 1990), read(file, 0, 2000, 1990));
            file.close();
        }
    }

    @Test
    void aLargeLeadingRecordIsLeftAlone() {
        var large = Slice.whole(0, 1, 2 * Sizes.MIB);
        var plan = CompactionPlan.of(
                List.of(large, Slice.whole(2 * Sizes.MIB, 2, 100), Slice.whole(2 * Sizes.MIB + 100, 3, 100)));
        assertEquals(1, plan.skip());
        assertEquals(2 * Sizes.MIB, plan.pos());
        assertEquals(200, plan.size());
        assertTrue(plan.isWorthwhile());
    }

    @Test
    void aLargeLeadingRecordThatIsPartlyHiddenIsMerged() {
        var large = Slice.whole(0, 1, 2 * Sizes.MIB);
        var plan = CompactionPlan.of(List.of(large, Slice.whole(Sizes.MIB, 2, 100)));
        assertEquals(0, plan.skip());
        assertEquals(2 * Sizes.MIB, plan.size());
    }

    @Test
    void aLargeRecordThatComesTwiceIsMerged() {
        var large = Slice.whole(0, 1, 2 * Sizes.MIB);
        assertEquals(0, CompactionPlan.of(List.of(large, large)).skip());
    }

    @Test
    void zerosAtTheEndsAreDropped() {
        var plan = CompactionPlan.of(List.of(Slice.zeros(0, 1000), Slice.whole(500, 1, 100), Slice.zeros(2000, 1000)));
        assertEquals(500, plan.pos());
        assertEquals(100, plan.size());
    }

    @Test
    void zerosAloneBecomeOneByte() {
        var plan = CompactionPlan.of(List.of(Slice.zeros(100, 1000), Slice.zeros(0, 2000)));
        assertEquals(1, plan.size());
        assertTrue(plan.isWorthwhile());
    }

    @Test
    void oneRecordIsNothingToDo() {
        assertFalse(CompactionPlan.of(List.of(Slice.whole(0, 1, 10))).isWorthwhile());
        assertFalse(CompactionPlan.of(List.of()).isWorthwhile());
    }

    @Test
    void theDataOfARemovedFileIsDeletedAfterABarrier() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            write(file, Sizes.CHUNK - BLOCK, bytes(1, 3 * BLOCK));
            file.close();
            var hold = fixture.objects.hold(Operation.DELETE);
            hold.countDown();
            fixture.data.remover().removeFile(1, Sizes.CHUNK + 2L * BLOCK);
            assertEquals(0, fixture.objectCount());
            assertTrue(fixture.log.refs().isEmpty());
            assertEquals(
                    List.of("RELEASE", "RELEASE", "BARRIER", "FORGET_FILE"),
                    fixture.log.events().stream()
                            .map(FakeSliceLog.Event::what)
                            .filter(what -> !what.equals("COMMITTED"))
                            .toList());
        }
    }

    @Test
    void aSliceThatCannotBeDeletedStaysKnown() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            write(file, 0, bytes(1, 10));
            file.flush();
            write(file, 100, bytes(1, 10));
            file.close();
            List<SliceKey> released = fixture.log.release(List.of(CHUNK));
            fixture.objects.failNth(Operation.DELETE, 1, Kind.TRANSIENT);
            assertThrows(FsException.class, () -> fixture.data.remover().removeSlices(released));
            assertEquals(1, fixture.log.refs().size());
            assertEquals(1, fixture.objectCount());
            fixture.data.remover().removeSlices(fixture.log.unreferenced());
            assertEquals(0, fixture.objectCount());
        }
    }
}
