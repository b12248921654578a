package mountagent.chunk;

import static mountagent.chunk.DataFixture.at;
import static mountagent.chunk.DataFixture.await;
import static mountagent.chunk.DataFixture.bytes;
import static mountagent.chunk.DataFixture.read;
import static mountagent.chunk.DataFixture.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.block.BlockKey;
import mountagent.block.Compression;
import mountagent.meta.ChunkKey;
import mountagent.meta.Slice;
import mountagent.object.FaultyStore.Moment;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectStoreException.Kind;
import org.junit.jupiter.api.Test;

final class InodeDataTest {
    private static final int BLOCK = 256 * Sizes.KIB;

    @Test
    void aSmallFileIsOneObjectAndOneRecord() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(7);
            byte[] content = bytes(1, 4096);
            file.write(0, MemorySegment.ofArray(content), at(5));
            assertEquals(new Pending(4096, at(5)), file.pending());
            assertFalse(file.isClean());
            file.flush();
            assertNull(file.pending());
            assertTrue(file.isClean());
            assertEquals(1, fixture.objects.calls(Operation.PUT));
            var append = fixture.log.appends().getFirst();
            assertEquals(1, fixture.log.appends().size());
            assertEquals(Slice.whole(0, append.slice().id(), 4096), append.slice());
            assertEquals(at(5), append.time());
            assertArrayEquals(content, read(file, 0, 5000, 4096));
            file.close();
        }
    }

    @Test
    void sequentialWritesBecomeFullBlocksOfOneSlice() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            byte[] content = bytes(2, 5 * BLOCK + 100);
            for (int offset = 0; offset < content.length; offset += 10_000) {
                write(file, offset, Arrays.copyOfRange(content, offset, Math.min(content.length, offset + 10_000)));
            }
            await(() -> fixture.objects.calls(Operation.PUT) == 5);
            assertTrue(fixture.log.appends().isEmpty(), "full blocks go up before the slice is committed");
            assertArrayEquals(content, read(file, 0, content.length, content.length));
            file.flush();
            assertEquals(1, fixture.log.appends().size());
            long id = fixture.log.appends().getFirst().slice().id();
            List<String> keys = new ArrayList<>();
            for (int block = 0; block < 6; block++) {
                keys.add("chunks/0/0/" + id + "_" + block + "_" + (block == 5 ? 100 : BLOCK));
            }
            assertEquals(
                    keys,
                    fixture.objects.list("", "", 10).objects().stream()
                            .map(ObjectInfo::key)
                            .toList());
            assertArrayEquals(content, read(file, 0, content.length, content.length));
            file.close();
        }
    }

    @Test
    void aWriteAcrossChunksIsSplitAndCommittedInOrder() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            byte[] content = bytes(3, 3 * BLOCK);
            long start = Sizes.CHUNK - BLOCK;
            write(file, start, content);
            file.flush();
            var appends = fixture.log.appends();
            assertEquals(
                    List.of(0, 1),
                    appends.stream().map(FakeSliceLog.Event::chunk).toList());
            assertEquals(Sizes.CHUNK - BLOCK, appends.get(0).slice().pos());
            assertEquals(2 * BLOCK, appends.get(1).slice().len());
            assertArrayEquals(content, read(file, start, content.length, start + content.length));
            assertArrayEquals(new byte[100], read(file, 5000, 100, start + content.length));
            file.close();
        }
    }

    @Test
    void bytesNotYetUploadedAreOverwrittenInPlace() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            write(file, 0, bytes(1, 1000));
            write(file, 500, bytes(2, 1000));
            write(file, 0, bytes(3, 10));
            file.flush();
            assertEquals(1, fixture.log.appends().size());
            byte[] expected = Arrays.copyOf(bytes(1, 1000), 1500);
            System.arraycopy(bytes(2, 1000), 0, expected, 500, 1000);
            System.arraycopy(bytes(3, 10), 0, expected, 0, 10);
            assertArrayEquals(expected, read(file, 0, 1500, 1500));
            file.close();
        }
    }

    @Test
    void theStoredTimeIsThatOfTheLastWriteWhateverTheOrderOfSlices() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            file.write(0, MemorySegment.ofArray(new byte[10]), at(1));
            file.write(10 * BLOCK, MemorySegment.ofArray(new byte[10]), at(2));
            file.write(10, MemorySegment.ofArray(new byte[10]), at(3));
            assertEquals(new Pending(10L * BLOCK + 10, at(3)), file.pending());
            file.flush();
            assertEquals(2, fixture.log.appends().size());
            assertEquals(at(3), fixture.log.appends().getLast().time());
            file.close();
        }
    }

    @Test
    void aSliceThatIsNotWrittenToIsCommittedByItself() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            write(file, 0, bytes(1, 100));
            await(() -> file.isClean());
            assertEquals(1, fixture.log.appends().size());
            assertArrayEquals(bytes(1, 100), read(file, 0, 100, 100));
            file.close();
        }
    }

    @Test
    void readingOwnWritesAsksTheMetadataNothing() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            for (int i = 0; i < 10; i++) {
                write(file, i * 2L * BLOCK, bytes(i, 100));
                file.flush();
                read(file, i * 2L * BLOCK, 100, 21L * BLOCK);
            }
            assertEquals(0, fixture.log.reads());
            file.close();
        }
    }

    @Test
    void aFailedUploadIsToldOnceToWriterAndFlush() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            fixture.objects.failNth(Operation.PUT, 1, Kind.FULL);
            write(file, 0, bytes(1, 2 * BLOCK));
            await(() -> file.pending() == null);
            assertFalse(file.isClean());
            assertFalse(file.tryWrite(0, MemorySegment.ofArray(new byte[1]), at(1)));
            assertEquals(
                    Errno.ENOSPC,
                    assertThrows(FsException.class, () -> write(file, 0, new byte[1]))
                            .errno());
            assertEquals(
                    Errno.ENOSPC, assertThrows(FsException.class, file::flush).errno());
            file.flush();
            assertTrue(fixture.log.appends().isEmpty());
            await(() -> fixture.objectCount() == 0);
            write(file, 0, bytes(2, 10));
            file.flush();
            assertArrayEquals(bytes(2, 10), read(file, 0, 10, 10));
            file.close();
        }
    }

    @Test
    void theBlocksOfAFileThatHasGoneAreDeleted() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            fixture.log.removeFile(1);
            write(file, 0, bytes(1, BLOCK + 1));
            assertEquals(
                    Errno.ENOENT, assertThrows(FsException.class, file::flush).errno());
            await(() -> fixture.objects.calls(Operation.DELETE) == 2);
            assertEquals(0, fixture.objectCount());
            file.close();
        }
    }

    @Test
    void aCommitWhoseAnswerIsLostIsFoundAndNotRepeated() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            fixture.log.failAppend(new FsException(Errno.EIO, "answer lost"), true);
            write(file, 0, bytes(1, 100));
            file.flush();
            assertEquals(1, fixture.log.appends().size());
            assertArrayEquals(bytes(1, 100), read(file, 0, 100, 100));
            file.close();
        }
    }

    @Test
    void aCommitThatFailsForUnknownReasonsKeepsTheBlocks() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            fixture.log.failAppend(new FsException(Errno.EIO, "no answer"), false);
            write(file, 0, bytes(1, 100));
            assertEquals(Errno.EIO, assertThrows(FsException.class, file::flush).errno());
            assertEquals(1, fixture.objectCount(), "gc decides");
            file.close();
        }
    }

    @Test
    void aBarrierSyncsBeforeItCommits() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            write(file, 0, bytes(1, 2 * BLOCK + 1));
            var hold = fixture.objects.hold(Operation.SYNC);
            var barrier = CompletableFuture.runAsync(() -> {
                try {
                    file.barrier();
                } catch (FsException e) {
                    throw new IllegalStateException(e);
                }
            });
            await(() -> fixture.objects.calls(Operation.SYNC) == 1);
            assertTrue(fixture.log.appends().isEmpty());
            hold.countDown();
            barrier.get(20, TimeUnit.SECONDS);
            assertEquals("POWER_SAFE", fixture.log.events().getLast().what());
            file.close();
        }
    }

    @Test
    void aBarrierCoversWhatWasFlushedBeforeAndByEarlierHandles() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var first = fixture.data.open(1);
            write(first, 0, bytes(1, 100));
            first.close();
            var again = fixture.data.open(1);
            again.barrier();
            assertEquals(1, fixture.objects.calls(Operation.SYNC));
            assertEquals("BARRIER", fixture.log.events().getLast().what());
            again.barrier();
            assertEquals(1, fixture.objects.calls(Operation.SYNC), "nothing is left to sync");
            again.close();
        }
    }

    @Test
    void aBarrierThatCannotSyncFailsAndTheNextTriesAgain() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            write(file, 0, bytes(1, 100));
            fixture.objects.failNth(Operation.SYNC, 1, Kind.TRANSIENT);
            assertThrows(FsException.class, file::barrier);
            file.barrier();
            assertEquals(2, fixture.objects.calls(Operation.SYNC));
            assertArrayEquals(bytes(1, 100), read(file, 0, 100, 100));
            file.close();
        }
    }

    @Test
    void theBackgroundBarrierCoversAllFiles() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            for (int inode = 1; inode <= 3; inode++) {
                var file = fixture.data.open(inode);
                write(file, 0, bytes(1, 100));
                file.close();
            }
            fixture.data.barrierAll();
            assertEquals(1, fixture.objects.calls(Operation.SYNC));
            assertEquals("BARRIER", fixture.log.events().getLast().what());
            var file = fixture.data.open(2);
            file.barrier();
            assertEquals(1, fixture.objects.calls(Operation.SYNC));
            file.close();
        }
    }

    @Test
    void theFirstBarrierCoversWhatAKilledProcessLeft() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            fixture.data.distrustOldBlocks();
            var file = fixture.data.open(1);
            fixture.objects.failNth(Operation.SYNC, 1, Kind.TRANSIENT);
            assertThrows(FsException.class, file::barrier);
            file.barrier();
            file.barrier();
            assertEquals(2, fixture.objects.calls(Operation.SYNC), "one that failed and one that was enough");
            file.close();
        }
    }

    @Test
    void sharedSlicesAreSyncedWithTheFileThatTookThem() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var source = fixture.data.open(1);
            write(source, 0, bytes(1, 100));
            source.flush();
            var target = fixture.data.open(2);
            target.adoptUnsynced(1);
            target.barrier();
            assertEquals(1, fixture.objects.calls(Operation.SYNC));
            source.close();
            target.close();
        }
    }

    @Test
    void aMissingBlockIsAnErrorOfItsRangeAlone() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            byte[] content = bytes(1, 3 * BLOCK);
            write(file, 0, content);
            file.flush();
            long id = fixture.log.appends().getFirst().slice().id();
            fixture.blocks.delete(new BlockKey(id, 1, BLOCK));
            var failure = assertThrows(FsException.class, () -> read(file, BLOCK, 10, content.length));
            assertEquals(Errno.EIO, failure.errno());
            assertTrue(String.valueOf(failure.getMessage()).contains("chunks/0/0/" + id + "_1_" + BLOCK));
            assertArrayEquals(Arrays.copyOf(content, BLOCK), read(file, 0, BLOCK, content.length));
            assertArrayEquals(
                    Arrays.copyOfRange(content, 2 * BLOCK, 3 * BLOCK), read(file, 2 * BLOCK, BLOCK, content.length));
            file.close();
        }
    }

    @Test
    void aReaderWithAnOldListFindsTheCompactedSlice() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            write(file, 0, bytes(1, 100));
            file.flush();
            write(file, 200, bytes(2, 100));
            file.flush();
            read(file, 0, 300, 300);
            // Another client compacts: the lists known here are not told.
            var other = new DataFixtureClient(fixture);
            assertTrue(other.compactor().compact(new ChunkKey(1, 0)));
            fixture.data.remover().removeSlices(fixture.log.unreferenced());
            assertEquals(1, fixture.objectCount());
            assertArrayEquals(bytes(2, 100), read(file, 200, 100, 300));
            other.close();
            file.close();
        }
    }

    @Test
    void aVolumeThatIsOnlyReadIsNotCompacted() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            for (int i = 0; i < 6; i++) {
                write(file, i * 10L, bytes(i, 10));
                file.flush();
            }
            file.close();
            var options = DataOptions.of(BLOCK).readOnly();
            try (var reading = new FileData(fixture.log, fixture.blocks, options, Clock.SYSTEM)) {
                var read = reading.open(1);
                assertArrayEquals(bytes(5, 10), read(read, 50, 10, 60));
                read.close();
            }
            assertEquals(6, fixture.log.slices(new ChunkKey(1, 0)).size());
            assertEquals(6, fixture.objects.calls(Operation.PUT));
        }
    }

    @Test
    void fiveRecordsThatAreReadAreCompacted() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            for (int i = 0; i < 6; i++) {
                write(file, i * 10L, bytes(i, 10));
                file.flush();
            }
            file.forgetSlices();
            assertArrayEquals(bytes(5, 10), read(file, 50, 10, 60));
            await(() -> fixture.log.slices(new ChunkKey(1, 0)).size() == 1);
            assertArrayEquals(bytes(5, 10), read(file, 50, 10, 60));
            file.close();
        }
    }

    @Test
    void tryReadAnswersFromMemoryOrNotAtAll() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.LZ4)) {
            var file = fixture.data.open(1);
            var stream = file.newStream();
            byte[] target = new byte[100];
            assertEquals(-1, file.tryRead(stream, 0, MemorySegment.ofArray(target), 1000));
            assertEquals(0, file.tryRead(stream, 1000, MemorySegment.ofArray(target), 1000));
            write(file, 0, bytes(1, 1000));
            assertEquals(100, file.tryRead(stream, 500, MemorySegment.ofArray(target), 1000));
            assertArrayEquals(Arrays.copyOfRange(bytes(1, 1000), 500, 600), target);
            file.flush();
            assertEquals(100, file.tryRead(stream, 0, MemorySegment.ofArray(target), 1000), "the block was kept");
            assertArrayEquals(Arrays.copyOf(bytes(1, 1000), 100), target);
            assertEquals(0, fixture.objects.calls(Operation.READ));
            assertEquals(0, fixture.log.reads());
            file.close();
        }
    }

    @Test
    void tryWriteTakesAllOrSaysNo() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            var warm = fixture.data.open(2);
            write(warm, 0, new byte[1]);
            await(() -> file.tryWrite(0, MemorySegment.ofArray(bytes(1, 5000)), at(1)));
            assertFalse(file.tryWrite(-1, MemorySegment.ofArray(new byte[1]), at(1)));
            file.flush();
            assertArrayEquals(bytes(1, 5000), read(file, 0, 5000, 5000));
            warm.close();
            file.close();
        }
    }

    @Test
    void manyOpenFilesStayWithinTheMemoryLimit() throws Exception {
        try (var fixture =
                new DataFixture(4 * Sizes.MIB, Compression.NONE, 16L * Sizes.MIB, Duration.ofSeconds(20), false)) {
            List<InodeData> files = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                var file = fixture.data.open(i + 1);
                write(file, 0, bytes(i, 3000));
                files.add(file);
                assertTrue(fixture.blocks.pool().usedBytes() <= 16L * Sizes.MIB);
            }
            for (int i = 0; i < files.size(); i++) {
                assertArrayEquals(bytes(i, 3000), read(files.get(i), 0, 3000, 3000));
                files.get(i).close();
            }
        }
    }

    @Test
    void writersWaitForASlowStoreAndGiveUpInTheEnd() throws Exception {
        try (var fixture =
                new DataFixture(Sizes.MIB, Compression.NONE, 4L * Sizes.MIB, Duration.ofMillis(300), false)) {
            var file = fixture.data.open(1);
            var hold = fixture.objects.hold(Operation.PUT);
            var failure = assertThrows(FsException.class, () -> {
                for (int i = 0; i < 100; i++) {
                    write(file, (long) i * Sizes.MIB, new byte[Sizes.MIB]);
                }
            });
            assertEquals(Errno.EIO, failure.errno());
            assertEquals(Errno.EIO, assertThrows(FsException.class, file::flush).errno());
            hold.countDown();
            await(() -> file.pending() == null);
            file.close();
        }
    }

    @Test
    void aSlowStoreHoldsWritersBackAndNothingIsLost() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.ZSTD, 4L * Sizes.MIB, Duration.ofSeconds(20), true)) {
            var file = fixture.data.open(1);
            var hold = fixture.objects.hold(Operation.PUT);
            byte[] content = bytes(9, 12 * Sizes.MIB);
            var writer = CompletableFuture.runAsync(() -> {
                try {
                    write(file, 0, content);
                } catch (FsException e) {
                    throw new IllegalStateException(e);
                }
            });
            await(() -> fixture.objects.calls(Operation.PUT) > 0);
            assertFalse(writer.isDone());
            hold.countDown();
            writer.get(20, TimeUnit.SECONDS);
            file.flush();
            assertArrayEquals(content, read(file, 0, content.length, content.length));
            file.close();
        }
    }

    @Test
    void anInterruptedFlushLosesNothing() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            write(file, 0, bytes(1, 100));
            Thread.currentThread().interrupt();
            try {
                file.flush();
            } catch (FsException e) {
                assertEquals(Errno.EINTR, e.errno());
            }
            assertTrue(Thread.interrupted(), "the flag stays set");
            await(() -> file.isClean());
            assertArrayEquals(bytes(1, 100), read(file, 0, 100, 100));
            file.close();
        }
    }

    @Test
    void aPutWhoseAnswerIsLostFailsTheWriteAndLeavesNothing() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            fixture.objects.fail(Operation.PUT, _ -> true, 1, 1, Kind.TRANSIENT, Moment.AFTER);
            write(file, 0, bytes(1, 100));
            assertEquals(Errno.EIO, assertThrows(FsException.class, file::flush).errno());
            assertTrue(fixture.log.appends().isEmpty());
            file.close();
        }
    }

    @Test
    void seekFindsDataAndHoles() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            long far = 40L * Sizes.CHUNK + 77;
            write(file, 1000, new byte[500]);
            write(file, far, new byte[3]);
            file.flush();
            long length = far + 3 + 1000;
            assertEquals(1000, file.seek(0, true, length));
            assertEquals(1200, file.seek(1200, true, length));
            assertEquals(far, file.seek(1500, true, length));
            assertEquals(0, file.seek(0, false, length));
            assertEquals(1500, file.seek(1100, false, length));
            assertEquals(far + 3, file.seek(far, false, length));
            assertEquals(far + 3, file.seek(far, false, far + 3));
            assertEquals(
                    Errno.ENXIO,
                    assertThrows(FsException.class, () -> file.seek(far + 3, true, length))
                            .errno());
            assertEquals(
                    Errno.ENXIO,
                    assertThrows(FsException.class, () -> file.seek(length, false, length))
                            .errno());
            file.close();
        }
    }

    @Test
    void aWritePastTheLargestFileIsRefused() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE)) {
            var file = fixture.data.open(1);
            long offset = Sizes.FILE_MAX - 1;
            assertEquals(
                    Errno.EFBIG,
                    assertThrows(FsException.class, () -> write(file, offset, new byte[2]))
                            .errno());
            file.close();
        }
    }

    @Test
    void readAheadFetchesTheNextBlocksOfAStream() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE, 32L * Sizes.MIB, Duration.ofSeconds(20), true)) {
            var writer = fixture.data.open(1);
            byte[] content = bytes(4, 8 * BLOCK);
            write(writer, 0, content);
            writer.close();
            long id = fixture.log.appends().getFirst().slice().id();
            var reopened = fixture.reopen();
            var file = reopened.data.open(1);
            var stream = file.newStream();
            byte[] target = new byte[BLOCK / 2];
            assertEquals(target.length, file.read(stream, 0, MemorySegment.ofArray(target), content.length));
            await(() -> reopened.blocks.tryRead(new BlockKey(id, 1, BLOCK), 0, MemorySegment.ofArray(new byte[1])));
            for (int i = 0; i < 16; i++) {
                long offset = (long) i * target.length;
                assertEquals(target.length, file.read(stream, offset, MemorySegment.ofArray(target), content.length));
                assertArrayEquals(Arrays.copyOfRange(content, (int) offset, (int) offset + target.length), target);
            }
            assertEquals(8, fixture.objects.calls(Operation.READ), "each block is fetched once");
            file.close();
            reopened.close();
        }
    }
}
