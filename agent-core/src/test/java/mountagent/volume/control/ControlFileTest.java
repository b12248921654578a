package mountagent.volume.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.stream.IntStream;
import mountagent.base.AttrChange;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.Tally;
import mountagent.block.BlockFormat;
import mountagent.block.Compression;
import mountagent.meta.ChunkKey;
import mountagent.meta.CopyOrder;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.memory.MemoryStore;
import mountagent.volume.ChangeEvent;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.Opened;
import mountagent.volume.Origin;
import mountagent.volume.TestVolume;
import mountagent.volume.VolumeFs;
import mountagent.volume.control.ControlClient.Answer;
import mountagent.volume.control.ControlClient.Progress;
import mountagent.volume.control.ControlClient.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The protocol byte by byte, and what each command does to the volume.
@Timeout(60)
final class ControlFileTest {
    private static final int REMOVE = 1002;
    private static final int TEXT = 1003;
    private static final int WARM = 1004;
    private static final int INFO = 1005;
    private static final int COPY = 1006;
    private static final int SUMMARY = 1007;
    private static final int COMPACT = 1008;
    private static final Caller ALICE = new Caller(1000, 1000, List.of(), 9, 0, Caller.Checks.KERNEL);

    private TestVolume volume;
    private ControlFile control;
    private ControlClient client;

    @BeforeEach
    void open() throws Exception {
        volume = TestVolume.inMemory();
        control = control(volume);
        client = new ControlClient(control.open(TestVolume.ROOT_USER));
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        control.close();
        volume.close();
    }

    private long tree() throws FsException {
        long top = volume.mkdir("d");
        volume.fs().link(TestVolume.ROOT_USER, volume.put("a", "hello\n"), TestVolume.at(top, "b"));
        return top;
    }

    @Test
    void infoIsTheOfficialDocument() throws Exception {
        long top = tree();
        long file = volume.lookup("a").inode();
        Answer answer = client.ask(INFO, new Request().u64(file).u8(0, 0, 0));
        assertEquals(List.of(new Progress(1, 4096)), answer.progress());
        assertEquals(
                "{\"Ino\":" + file + ",\"Failed\":false,\"Reason\":\"\","
                        + "\"Summary\":{\"Length\":6,\"Size\":4096,\"Files\":1,\"Dirs\":0},"
                        + "\"Paths\":[\"/a\",\"/d/b\"],\"Chunks\":null,"
                        + "\"Objects\":[{\"ChunkIndex\":0,\"Key\":\"vol/chunks/0/0/1_0_6\",\"Size\":6,\"Off\":0,\"Len\":6}],"
                        + "\"PLocks\":[],\"FLocks\":[],"
                        + "\"Tier\":{\"ID\":0,\"StorageClass\":\"actual()\",\"Tag\":\"\"},\"RestoreStatus\":\"\"}",
                answer.document());
        String raw = client.ask(INFO, new Request().u64(file).u8(0, 1)).document();
        assertTrue(
                raw.contains(
                        "\"Chunks\":[{\"ChunkIndex\":0,\"Id\":1,\"Size\":6,\"Off\":0,\"Len\":6}],\"Objects\":null"),
                raw);
        Answer directory = client.ask(INFO, new Request().u64(top));
        assertEquals(List.of(new Progress(1, 8192)), directory.progress());
        assertTrue(directory.document().contains("\"Summary\":{\"Length\":6,\"Size\":8192,\"Files\":1,\"Dirs\":1}"));
        Answer none = client.ask(INFO, new Request().u64(12_345));
        assertEquals(List.of(), none.progress());
        assertTrue(
                none.document().startsWith("{\"Ino\":12345,\"Failed\":true,\"Reason\":\"no such file or directory\""));
    }

    @Test
    void oldToolsGetText() throws Exception {
        tree();
        client.write(new Request().u64(volume.lookup("a").inode()).of(TEXT));
        byte[] answer = client.read();
        while (answer.length == 0) {
            answer = client.read();
        }
        String text = new String(answer, 4, answer.length - 4, StandardCharsets.UTF_8);
        assertEquals("""
                  inode: 2
                  files: 1
                   dirs: 0
                 length: 6 Bytes
                   size: 4.00 KiB (4096 Bytes)
                  paths:
                \t/a
                \t/d/b
                objects:
                \t0:\tvol/chunks/0/0/1_0_6\t6\t0\t6
                """, text.replace("inode: 3", "inode: 2"));
    }

    @Test
    void summaryIsTheOfficialDocument() throws Exception {
        long top = tree();
        long file = volume.lookup("a").inode();
        Answer answer = client.ask(SUMMARY, new Request().u64(top));
        assertEquals(List.of(new Progress(2, 8192)), answer.progress());
        assertEquals(
                "{\"Errno\":0,\"Tree\":{\"Inode\":" + top + ",\"Path\":\"\",\"Type\":2,\"Size\":8192,\"Files\":1,"
                        + "\"Dirs\":1,\"Children\":[{\"Inode\":" + file
                        + ",\"Path\":\"b\",\"Type\":1,\"Size\":4096,\"Files\":1,\"Dirs\":0}]}}",
                answer.document());
        assertEquals(
                "{\"Errno\":2,\"Tree\":{\"Inode\":999,\"Path\":\"\",\"Type\":2,\"Size\":0,\"Files\":0,\"Dirs\":0}}",
                client.ask(SUMMARY, new Request().u64(999)).document());
    }

    @Test
    void removalTakesTheTreeAndTellsFrontEnds() throws Exception {
        tree();
        Set<String> told = new CopyOnWriteArraySet<>();
        try (var _ = volume.fs().subscribe(event -> {
            if (event instanceof ChangeEvent.EntryChanged entry) {
                told.add(entry.parent() + "/" + entry.name());
            }
        })) {
            Answer answer = client.ask(REMOVE, new Request().u64(1).name("d").u8(1, 3));
            assertEquals(0, answer.errno());
            assertEquals(List.of(new Progress(2, 0)), answer.progress());
        }
        assertEquals(Set.of("1/d"), told);
        assertEquals(List.of("a"), volume.names(VolumeFs.ROOT));
        assertEquals(2, client.ask(REMOVE, new Request().u64(1).name("d")).errno());
    }

    @Test
    void removedButOpenFileCanBeReadOn() throws Exception {
        long top = volume.mkdir("d");
        Opened opened = volume.fs()
                .create(TestVolume.ROOT_USER, TestVolume.at(top, "f"), NodeSpec.file(0644), OpenSpec.READ_WRITE);
        volume.write(opened.handle(), 0, "still here");
        volume.fs().flush(opened.handle(), 0);
        assertEquals(0, client.ask(REMOVE, new Request().u64(1).name("d")).errno());
        assertEquals("still here", volume.readText(opened.handle()));
        volume.close(opened.handle());
    }

    @Test
    void copyHasWhatWasWrittenAMomentAgo() throws Exception {
        Opened opened = volume.create("f");
        volume.write(opened.handle(), 0, "not flushed");
        long inode = opened.stat().inode();
        var request =
                new Request().u64(inode).u64(1).u64(1).name("copy").u16(022).u8(0, 2);
        Answer answer = client.ask(COPY, request);
        assertEquals(0, answer.errno());
        assertEquals(List.of(new Progress(1, 1)), answer.progress());
        FileHandle copy =
                volume.fs().open(TestVolume.ROOT_USER, volume.lookup("copy").inode(), OpenSpec.READ);
        assertEquals("not flushed", volume.readText(copy));
        volume.close(copy);
        volume.write(opened.handle(), 0, "NOT");
        volume.close(opened.handle());
        copy = volume.fs().open(TestVolume.ROOT_USER, volume.lookup("copy").inode(), OpenSpec.READ);
        assertEquals("not flushed", volume.readText(copy));
        volume.close(copy);
        assertEquals(17, client.ask(COPY, request).errno());
    }

    @Test
    void copyingLeavesTheFailureOfAWriteToItsWriter() throws Exception {
        var store = new FaultyStore(new MemoryStore(Clock.SYSTEM));
        try (var other = TestVolume.create(new MemoryEngine(), store, Clock.SYSTEM)) {
            long inode = other.put("a", "hello");
            Opened opened = other.create("f");
            other.write(opened.handle(), 0, "will not be stored");
            store.fail(Operation.PUT, _ -> true, 1, Integer.MAX_VALUE, Kind.INVALID, FaultyStore.Moment.BEFORE);
            other.volume()
                    .tools(new Origin("control"))
                    .copy(
                            TestVolume.ROOT_USER,
                            new CopyOrder(inode, TestVolume.at("c"), CopyOrder.Ownership.CALLER, 0, 1),
                            new Tally());
            assertEquals(
                    Errno.EIO,
                    assertThrows(FsException.class, () -> other.fs().flush(opened.handle(), 0))
                            .errno());
            store.heal();
            other.close(opened.handle());
        }
    }

    @Test
    void compactionMergesSlices() throws Exception {
        Opened opened = volume.create("f");
        for (int i = 0; i < 20; i++) {
            volume.write(opened.handle(), i * 10L, "0123456789");
            volume.fs().flush(opened.handle(), 0);
        }
        volume.close(opened.handle());
        var chunk = new ChunkKey(opened.stat().inode(), 0);
        assertEquals(20, volume.meta().slices(chunk).size());
        Answer answer = client.ask(COMPACT, new Request().u64(1).u16(2));
        assertEquals(0, answer.errno());
        assertEquals(new Progress(1, 1), answer.progress().getLast());
        assertEquals(1, volume.meta().slices(chunk).size());
        assertEquals(2, client.ask(COMPACT, new Request().u64(999).u16(2)).errno());
    }

    @Test
    void cacheIsFilledCheckedAndEmptied() throws Exception {
        volume.put("a", "hello");
        long inode = volume.put("b", "world!");
        String paths = "a\nnowhere\ninode:" + inode;
        var fill = new Request().u32(paths.length()).text(paths).u16(2).u8(0);
        assertEquals(
                "{\"FileCount\":2,\"SliceCount\":2,\"TotalBytes\":11,\"MissBytes\":0,\"Locations\":{}}",
                client.ask(WARM, fill).document());
        var check = new Request().u32(paths.length()).text(paths).u16(2).u8(0, 2);
        Answer checked = client.ask(WARM, check);
        assertEquals(new Progress(2, 11), checked.progress().getLast());
        var evict = new Request().u32(1).text("/").u16(2).u8(0, 1);
        assertTrue(client.ask(WARM, evict).document().startsWith("{\"FileCount\":2,"));
        assertTrue(client.ask(WARM, check).document().contains("\"MissBytes\":11,\"Locations\":{}"));
        var background = new Request().u32(1).text("/").u16(2).u8(1);
        assertEquals(
                "{\"FileCount\":0,\"SliceCount\":0,\"TotalBytes\":0,\"MissBytes\":0,\"Locations\":{}}",
                client.ask(WARM, background).document());
    }

    @Test
    void requestMayComeInPiecesAndAHandleCarriesSeveral() throws Exception {
        tree();
        byte[] request = new Request().u64(1).u8(0, 0, 0).of(INFO);
        for (int round = 0; round < 3; round++) {
            for (byte one : request) {
                client.write(new byte[] {one});
            }
            assertTrue(client.answer().document().startsWith("{\"Ino\":1,"));
        }
    }

    @Test
    void badRequestsGetTheirErrnoAndTheHandleGoesOn() throws Exception {
        assertEquals(22, client.ask(999, new Request()).errno(), "unknown command");
        assertEquals(22, client.ask(INFO, new Request().u8(1, 2, 3)).errno(), "payload cut");
        assertEquals(
                22,
                client.ask(REMOVE, new Request().u64(1).u8(200).text("short")).errno(),
                "name cut");
        assertEquals(22, client.ask(WARM, new Request().u32(-1).u16(1).u8(0)).errno(), "length of 4 GiB");
        assertEquals(
                22,
                client.ask(WARM, new Request().u32(1).text("a").u16(1).u8(0, 9)).errno(),
                "action");
        byte[] whole = new Request().u64(1).of(INFO);
        client.write(Arrays.copyOf(whole, whole.length + 3));
        assertEquals(5, client.answer().errno(), "surplus bytes");
        assertTrue(client.ask(INFO, new Request().u64(1)).document().startsWith("{\"Ino\":1,"));
    }

    @Test
    void tooLongRequestIsRefusedAtItsHeaderAndNotKept() throws Exception {
        byte[] header = {0, 0, 3, (byte) 0xEC, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF};
        client.write(header);
        assertEquals(22, client.answer().errno());
        client.write(new byte[100_000]);
        assertArrayEquals(new byte[0], client.read(), "what follows is not taken for a request");
    }

    @Test
    void requestsRunWithTheRightsOfWhoOpenedTheFile() throws Exception {
        long top = tree();
        volume.fs().setattr(TestVolume.ROOT_USER, top, AttrChange.NONE.withMode(0700));
        try (var alice = new ControlClient(control.open(ALICE))) {
            assertEquals(13, alice.ask(REMOVE, new Request().u64(1).name("d")).errno());
            assertTrue(alice.ask(SUMMARY, new Request().u64(top)).document().startsWith("{\"Errno\":13,"));
            assertEquals(13, alice.ask(COMPACT, new Request().u64(top).u16(1)).errno());
            var copy = new Request().u64(top).u64(1).u64(1).name("mine").u16(0).u8(0);
            assertEquals(13, alice.ask(COPY, copy).errno());
            String document = alice.ask(INFO, new Request().u64(top)).document();
            assertTrue(document.contains("\"Failed\":true,\"Reason\":\"permission denied\""), document);
        }
        assertEquals(List.of("a", "d"), volume.names(VolumeFs.ROOT));
    }

    @Test
    void readingAtTheEndFindsNothingAndWritingElsewhereMovesTheAnswer() throws Exception {
        var content = control.open(TestVolume.ROOT_USER);
        byte[] request = new Request().u64(1).of(INFO);
        assertEquals(request.length, content.write(5000, MemorySegment.ofArray(request)));
        byte[] target = new byte[4096];
        assertEquals(0, content.read(0, MemorySegment.ofArray(target)));
        int count = 0;
        while (count == 0) {
            count = content.read(5000 + request.length, MemorySegment.ofArray(target));
        }
        assertEquals(0xFE, target[0] & 0xFE, "progress or a document");
        content.close();
        assertEquals(
                Errno.EBADF,
                assertThrows(FsException.class, () -> content.write(0, MemorySegment.ofArray(request)))
                        .errno());
    }

    @Test
    void closingTheHandleEndsItsWork() throws Exception {
        long top = volume.mkdir("big");
        IntStream.range(0, 3000).forEach(i -> {
            try {
                volume.fs().mknod(TestVolume.ROOT_USER, TestVolume.at(top, "f" + i), NodeSpec.file(0644));
            } catch (FsException e) {
                throw new AssertionError(e);
            }
        });
        var closing = new ControlClient(control.open(TestVolume.ROOT_USER));
        closing.write(new Request().u64(1).name("big").u8(0, 1).of(REMOVE));
        closing.close();
        control.close();
        assertTrue(volume.names(VolumeFs.ROOT).contains("big"), "3000 removals were not over at once");
    }

    @Test
    void requestsBeyondTheMostAreToldToComeAgain() throws Exception {
        var store = new FaultyStore(new MemoryStore(Clock.SYSTEM));
        List<ControlClient> busy = new ArrayList<>();
        try (var other = TestVolume.create(new MemoryEngine(), store, Clock.SYSTEM);
                var channel = control(other)) {
            other.put("a", "hello");
            var held = store.hold(Operation.READ);
            byte[] fill = new Request().u32(1).text("a").u16(1).u8(0).of(WARM);
            for (int i = 0; i < 64; i++) {
                var one = new ControlClient(channel.open(TestVolume.ROOT_USER));
                one.write(fill);
                busy.add(one);
            }
            try (var late = new ControlClient(channel.open(TestVolume.ROOT_USER))) {
                assertEquals(11, late.ask(INFO, new Request().u64(1)).errno());
                held.countDown();
                for (ControlClient one : busy) {
                    assertTrue(one.answer().document().startsWith("{\"FileCount\":1,"));
                    one.close();
                }
                assertTrue(late.ask(INFO, new Request().u64(1)).document().startsWith("{\"Ino\":1,"));
            }
        }
    }

    private static ControlFile control(TestVolume volume) {
        var format = new BlockFormat(volume.meta().format().blockSizeBytes(), Compression.NONE, false);
        return new ControlFile(volume.volume().tools(new Origin("control")), "vol", format);
    }

    /// Whatever is written, each request that is complete gets an answer, nothing fails in a way it must
    /// not, and the
    /// volume stays as it is.
    @Test
    void randomBytesDoNoHarm() throws Exception {
        long seed = Long.getLong("control.fuzz.seed", System.nanoTime());
        var random = new Random(seed);
        volume.put("a", "hello");
        for (int round = 0; round < Integer.getInteger("control.fuzz.rounds", 300); round++) {
            try (var fuzzed = new ControlClient(control.open(ALICE))) {
                Request request = new Request();
                int command = random.nextInt(4) == 0 ? random.nextInt() : 1001 + random.nextInt(9);
                int length = random.nextInt(60);
                for (int i = 0; i < length; i++) {
                    request.u8(random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(3));
                }
                byte[] whole = request.of(command);
                if (random.nextInt(5) == 0) {
                    fuzzed.write(Arrays.copyOf(whole, random.nextInt(whole.length)));
                    continue;
                }
                int cut = random.nextInt(whole.length + 1);
                fuzzed.write(Arrays.copyOf(whole, cut));
                fuzzed.write(Arrays.copyOfRange(whole, cut, whole.length));
                if (command != TEXT) {
                    Answer answer = fuzzed.answer();
                    assertTrue(
                            answer.errno() != 0
                                    || !answer.document().isEmpty()
                                    || command == COMPACT
                                    || command == REMOVE
                                    || command == COPY,
                            "seed " + seed + " round " + round);
                }
            }
        }
        assertEquals(List.of("a"), volume.names(VolumeFs.ROOT), "seed " + seed);
    }
}
