package mountagent.sftp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import mountagent.base.Await;
import mountagent.sftp.files.View;
import mountagent.sftp.session.Bench.Answer;
import mountagent.sftp.session.Bench.Handle;
import mountagent.volume.VolumeFs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a client may send that it should not: each gets the right status or the end of its channel, and costs
/// nothing (reference: sftp-bridge.md §6).
@Timeout(120)
final class BadInputTest extends SessionCase {
    private static final int BAD_MESSAGE = 5;
    private static final int OP_UNSUPPORTED = 8;

    @BeforeEach
    void putAFile() throws Exception {
        client.put("/file", "text");
    }

    private Bench raw() {
        return Bench.raw(volume.fs(), Bench.ALICE, VolumeFs.ROOT, View.Rights.READ_WRITE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 257 * 1024 + 1})
    void aMessageOfAnImpossibleLengthEndsTheChannel(int length) {
        try (var bench = raw()) {
            bench.send(ByteBuffer.allocate(8).putInt(length).array());
            assertNotNull(bench.failure.get());
        }
    }

    @Test
    void aMessageThatIsTooShortForAnIdEndsTheChannel() {
        client.send(ByteBuffer.allocate(8).putInt(4).put((byte) 17).array());
        assertNotNull(client.failure.get());
    }

    @Test
    void aMessageMayComeInPiecesOfOneByte() throws Exception {
        for (byte one : client.message(17, 7, "/file")) {
            assertEquals(0, client.answersWaiting());
            client.send(new byte[] {one});
        }
        Answer answer = client.answer();
        assertEquals(105, answer.type());
        assertEquals(7, answer.id());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aClientThatSpeaksOlderVersionsOnlyIsSentAway(int version) {
        try (var bench = raw()) {
            bench.init(version);
            assertNotNull(bench.failure.get());
            assertEquals(0, bench.answersWaiting());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6, -1})
    void aClientThatSpeaksNewerVersionsGetsVersionThree(int version) throws Exception {
        try (var bench = raw()) {
            bench.init(version);
            Answer answer = bench.answer();
            assertEquals(2, answer.type());
            assertEquals(3, answer.id(), "the version stands where other replies have the id");
        }
    }

    @Test
    void aRequestBeforeInitAndASecondInitEndTheChannel() {
        try (var bench = raw()) {
            bench.post(17, "/");
            assertNotNull(bench.failure.get());
        }
        client.init(3);
        assertNotNull(client.failure.get());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 21, 42, 101, 199, 201, 255})
    void anUnknownTypeIsUnsupported(int type) throws Exception {
        assertEquals(OP_UNSUPPORTED, client.ask(type, "whatever").status());
    }

    @Test
    void anUnknownExtensionIsUnsupported() throws Exception {
        assertEquals(OP_UNSUPPORTED, client.ask(200, "text-seek", "x", 1L).status());
        assertEquals(
                OP_UNSUPPORTED,
                client.ask(200, "check-file-name", "/file", "sha256", 0L, 0L, 0).status(),
                "not asked for");
        assertEquals(OP_UNSUPPORTED, client.ask(200, "").status());
    }

    static Stream<Arguments> knownRequests() {
        var handle = new Handle(1);
        return Stream.<Object[]>of(
                        new Object[] {3, "/a", 1, 0},
                        new Object[] {4, handle},
                        new Object[] {5, handle, 0L, 10},
                        new Object[] {7, "/a"},
                        new Object[] {8, handle},
                        new Object[] {9, "/a", 4, 0644},
                        new Object[] {10, handle, 8, 1, 2},
                        new Object[] {11, "/a"},
                        new Object[] {12, handle},
                        new Object[] {13, "/a"},
                        new Object[] {14, "/a", 0},
                        new Object[] {15, "/a"},
                        new Object[] {16, "/a"},
                        new Object[] {17, "/a"},
                        new Object[] {18, "/a", "/b"},
                        new Object[] {19, "/a"},
                        new Object[] {20, "/a", "/b"},
                        new Object[] {200, "posix-rename@openssh.com", "/a", "/b"},
                        new Object[] {200, "statvfs@openssh.com", "/a"},
                        new Object[] {200, "fstatvfs@openssh.com", handle},
                        new Object[] {200, "hardlink@openssh.com", "/a", "/b"},
                        new Object[] {200, "fsync@openssh.com", handle},
                        new Object[] {200, "lsetstat@openssh.com", "/a", 0},
                        new Object[] {200, "limits@openssh.com"},
                        new Object[] {200, "expand-path@openssh.com", "~"},
                        new Object[] {200, "copy-data", handle, 0L, 0L, handle, 0L},
                        new Object[] {200, "check-file-name", "/a", "sha256", 0L, 0L, 0},
                        new Object[] {200, "check-file-handle", handle, "sha256", 0L, 0L, 0},
                        new Object[] {200, "home-directory", "alice"},
                        new Object[] {200, "users-groups-by-id@openssh.com", new byte[4], new byte[4]})
                .map(request -> Arguments.of((Object) request));
    }

    @ParameterizedTest
    @MethodSource("knownRequests")
    void aRequestThatIsAByteShortOrLongIsABadMessage(Object[] request) throws Exception {
        byte[] whole = client.message((int) request[0], 9, Arrays.copyOfRange(request, 1, request.length));
        for (int change : new int[] {-1, 1}) {
            if (change < 0 && request.length == 2 && "limits@openssh.com".equals(request[1])) {
                continue; // its name is all it has: cut, it is another extension
            }
            byte[] changed = Arrays.copyOf(whole, whole.length + change);
            ByteBuffer.wrap(changed).putInt(0, changed.length - 4);
            client.send(changed);
            assertEquals(BAD_MESSAGE, client.answer().status(), "changed by " + change);
        }
        assertNull(client.failure.get(), "the channel goes on");
    }

    @Test
    void aWriteMayHaveBytesBehindItsDataAsSomeClientsSend() throws Exception {
        Handle handle = client.open("/new", 0x1a);
        byte[] write = Arrays.copyOf(client.message(6, 5, handle, 0L, "data"), 100);
        ByteBuffer.wrap(write).putInt(0, write.length - 4);
        client.send(write);
        assertEquals(OK, client.answer().status());
        client.ask(4, handle);
        assertEquals("data", client.get("/new"));
    }

    @Test
    void aWriteThatSaysMoreDataThanItHasIsABadMessage() throws Exception {
        Handle handle = client.open("/new", 0x1a);
        byte[] write = client.message(6, 5, handle, 0L, "data");
        ByteBuffer.wrap(write).putInt(write.length - 8, Integer.MAX_VALUE);
        client.send(write);
        assertEquals(BAD_MESSAGE, client.answer().status());
    }

    @Test
    void whatIsNoHandleFails() throws Exception {
        Handle open = client.open("/file", 1);
        Handle closed = client.open("/file", 1);
        client.ask(4, closed);
        Handle directory = new Handle(client.ask(11, "/").handle());
        for (Object handle :
                new Object[] {new byte[0], new Handle(-1), new Handle(0), closed, directory, new byte[256]}) {
            assertEquals(FAILURE, client.ask(5, handle, 0L, 10).status());
            assertEquals(FAILURE, client.ask(6, handle, 0L, "x").status());
            assertEquals(FAILURE, client.ask(200, "fsync@openssh.com", handle).status());
        }
        assertEquals(FAILURE, client.ask(4, closed).status(), "closing twice");
        assertEquals(FAILURE, client.ask(12, open).status(), "listing a file");
        assertEquals(2, client.openCount());
    }

    @Test
    void aHandleOfAnotherChannelIsNone() throws Exception {
        var numbers = client.open("/file", 1);
        try (var other = Bench.open(volume.fs())) {
            assertEquals(
                    FAILURE,
                    other.ask(5, new Handle(numbers.number() + 1000), 0L, 10).status());
        }
    }

    @Test
    void readsBeyondAnyEndAreEndsOfTheFile() throws Exception {
        Handle handle = client.open("/file", 1);
        for (long offset : new long[] {4, 5, 1L << 56, 1L << 57, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
            assertEquals(EOF, client.ask(5, handle, offset, -1).status(), "offset " + offset);
        }
        assertArrayEquals("text".getBytes(), client.ask(5, handle, 0L, -1).data(), "a length of 2^32 - 1");
        assertEquals(EOF, client.ask(5, handle, 0L, 0).status());
    }

    @Test
    void writesBeyondWhatAFileCanHaveFail() throws Exception {
        Handle handle = client.open("/file", 2);
        for (long offset : new long[] {1L << 57, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
            assertEquals(FAILURE, client.ask(6, handle, offset, "x").status(), "offset " + offset);
        }
        assertEquals("text", client.get("/file"));
    }

    @Test
    void readingWithAHandleForWritingFailsAndTheOtherWayRound() throws Exception {
        assertEquals(FAILURE, client.ask(5, client.open("/file", 2), 0L, 10).status());
        assertEquals(FAILURE, client.ask(6, client.open("/file", 1), 0L, "x").status());
    }

    @Test
    void impossibleAttributesAreRefused() throws Exception {
        assertEquals(FAILURE, client.ask(9, "/file", 1, -1L).status(), "a size of 2^64 - 1");
        assertEquals(FAILURE, client.ask(9, "/file", 1, 1L << 57).status());
        assertEquals(FAILURE, client.ask(9, "/", 1, 0L).status(), "the size of a directory");
        assertEquals(BAD_MESSAGE, client.ask(9, "/file", 1 << 31, -1).status(), "2^32 - 1 extended pairs");
        assertEquals(BAD_MESSAGE, client.ask(9, "/file", 0x10, 1).status(), "attributes of version 4");
        assertEquals("text", client.get("/file"));
    }

    @Test
    void setIdBitsAreNotSetOnFiles() throws Exception {
        assertEquals(OK, client.ask(9, "/file", 4, 07777).status());
        assertEquals(01777, volume.lookup("file").attr().mode());
    }

    @Test
    void openFlagsOfLaterVersionsFail() throws Exception {
        assertEquals(FAILURE, client.ask(3, "/file", 0x40, 0).status());
        assertEquals(FAILURE, client.ask(3, "/file", -1, 0).status());
    }

    @Test
    void copiesOfImpossibleRangesFail() throws Exception {
        Handle file = client.open("/file", 3);
        Handle onlyWritten = client.open("/other", 0x1a);
        assertEquals(FAILURE, copy(file, 0, 4, file, 2), "overlapping");
        assertEquals(FAILURE, copy(file, Long.MAX_VALUE, Long.MAX_VALUE, onlyWritten, 0), "wrapping");
        assertEquals(FAILURE, copy(file, 0, -1, onlyWritten, 0));
        assertEquals(FAILURE, copy(file, -1, 1, onlyWritten, 0));
        assertEquals(FAILURE, copy(onlyWritten, 0, 1, file, 100), "from a file that may not be read");
        assertEquals(OK, copy(file, 4, 0, onlyWritten, 0), "nothing from the end");
        assertEquals(OK, copy(file, 0, 0, file, 4), "behind itself");
        assertEquals("texttext", client.get("/file"));
        assertEquals(FAILURE, copy(file, 0, 1, client.open("/file", 6), 0), "to a handle that appends");
    }

    private int copy(Handle from, long fromOffset, long length, Handle to, long toOffset) throws Exception {
        return client.ask(200, "copy-data", from, fromOffset, length, to, toOffset)
                .status();
    }

    @Test
    void handlesAreLimited() throws Exception {
        for (int i = 0; i < 1024; i++) {
            client.open("/file", 1);
        }
        Answer refused = client.ask(3, "/file", 1, 0);
        assertEquals(FAILURE, refused.status());
        assertEquals("too many open files", refused.words());
        assertEquals(FAILURE, client.ask(11, "/").status());
        assertEquals(1024, client.openCount());
    }

    @Test
    void aHundredThousandOpensThatNobodyClosesAreAThousand() throws Exception {
        byte[] open = client.message(3, 3, "/file", 1, 0);
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            client.send(open);
            refused += client.answer().type() == 101 ? 1 : 0;
        }
        assertEquals(100_000 - 1024, refused);
        assertEquals(1024, client.openCount());
        try (var other = Bench.open(volume.fs())) {
            assertEquals("text", other.get("/file"), "another channel has its own");
        }
    }

    @Test
    void aClientThatReadsNoRepliesIsNotServedFurther() throws Exception {
        client.holdReplies();
        long before = client.consumed.get();
        byte[] stat = client.message(17, 3, "/file");
        for (int i = 0; i < 100_000; i++) {
            client.send(stat);
        }
        Await.until("256 replies", () -> client.answersWaiting() == 256);
        assertEquals(256L * stat.length, client.consumed.get() - before, "what was not served is not given back");
        client.letGo();
        for (int i = 0; i < 100_000; i++) {
            client.answer();
        }
        assertEquals(100_000L * stat.length, client.consumed.get() - before);
    }

    @Test
    void longRepliesAreLimitedByTheirBytes() throws Exception {
        Handle big = client.open("/big", 0x1b);
        client.ask(6, big, 0L, new byte[200_000]);
        client.holdReplies();
        for (int i = 0; i < 100; i++) {
            client.post(5, big, 0L, 200_000);
        }
        Await.until("4 MiB of replies", () -> client.answersWaiting() == 20);
        client.letGo();
        for (int i = 0; i < 100; i++) {
            assertEquals(200_000, client.answer().data().length);
        }
        assertTrue(client.ask(4, big).status() == OK);
    }
}
