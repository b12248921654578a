package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import mountagent.base.Await;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.memory.MemoryStore;
import mountagent.sftp.session.Bench.Answer;
import mountagent.sftp.session.Bench.Handle;
import mountagent.volume.FileHandle;
import mountagent.volume.LockWait;
import mountagent.volume.OpenSpec;
import mountagent.volume.TestVolume;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// An upload as programs make it (open, write, fsync, close, rename over), whose connection is cut at every point:
/// what was answered is there, what was sent and not answered is there as a whole or not at all, and nobody holds
/// anything any more.
@Timeout(120)
final class CutUploadTest {
    private static final int PART = 40_000;
    private static final int OK = 0;

    @TempDir
    Path folder = Path.of("/");

    private final FaultyStore store = new FaultyStore(new MemoryStore(Clock.SYSTEM));
    private ServerFixture fixture;

    /// How far the request goes at which the connection is cut.
    private enum Cut {
        /// It is not sent.
        BEFORE,
        /// Half of it is sent.
        WITHIN,
        /// It is sent.
        BEHIND
    }

    /// Whether the program flushes.
    private enum Flush {
        WITH_FSYNC,
        WITHOUT_FSYNC
    }

    /// What is there after so many requests: bytes under the first name, or under the last.
    private record State(int part, int whole) {
        static final State NOTHING = new State(-1, -1);
    }

    /// One upload that was cut: what there may be.
    private record Case(String name, State answered, State sent) {}

    @BeforeEach
    void start() throws Exception {
        fixture = ServerFixture.start(folder, store);
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    /// The requests of an upload; `handle` is what the first was answered with.
    private static List<Object[]> requests(String name, Flush flush, Handle handle) {
        List<Object[]> all = new ArrayList<>();
        all.add(new Object[] {3, part(name), 0x1a, 4, 0600});
        all.add(new Object[] {6, handle, 0L, content(0, PART)});
        all.add(new Object[] {6, handle, (long) PART, content(PART, PART)});
        all.add(new Object[] {10, handle, 4, 0640});
        if (flush == Flush.WITH_FSYNC) {
            all.add(new Object[] {200, "fsync@openssh.com", handle});
        }
        all.add(new Object[] {6, handle, 2L * PART, content(2 * PART, PART)});
        if (flush == Flush.WITH_FSYNC) {
            all.add(new Object[] {200, "fsync@openssh.com", handle});
        }
        all.add(new Object[] {4, handle});
        all.add(new Object[] {200, "posix-rename@openssh.com", part(name), "/" + name});
        return all;
    }

    private static String part(String name) {
        return "/" + name + ".part";
    }

    /// Bytes that tell where they belong.
    private static byte[] content(int from, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) ((from + i) * 31 >> 3);
        }
        return bytes;
    }

    private static State after(List<Object[]> requests, int count) {
        State state = State.NOTHING;
        for (Object[] request : requests.subList(0, count)) {
            state = switch (request[0]) {
                case Integer type when type == 3 -> new State(0, -1);
                case Integer type when type == 6 -> new State(state.part + PART, -1);
                case Integer type when type == 200 && request.length == 4 -> new State(-1, state.part);
                default -> state;
            };
        }
        return state;
    }

    /// Makes the first `count` requests and cuts the connection at the next.
    private Case cut(String name, Flush flush, int count, Cut cut) throws Exception {
        ClientSession session = fixture.logIn("alice");
        RawSftp sftp = RawSftp.of(session);
        List<Object[]> requests = requests(name, flush, new Handle(0));
        for (int i = 0; i < count; i++) {
            Answer answer = sftp.ask(requests.get(i));
            if (i == 0) {
                requests = requests(name, flush, new Handle(answer.handle()));
            } else {
                assertEquals(OK, answer.status());
            }
        }
        if (count < requests.size() && cut == Cut.WITHIN) {
            sftp.postHalf(requests.get(count));
        } else if (count < requests.size() && cut == Cut.BEHIND) {
            sftp.post(requests.get(count));
        }
        session.close(true);
        State answered = after(requests, count);
        State sent = cut == Cut.BEHIND ? after(requests, Math.min(count + 1, requests.size())) : answered;
        return new Case(name, answered, sent);
    }

    @ParameterizedTest
    @EnumSource(Flush.class)
    void anUploadThatIsCutAnywhereIsNeverTorn(Flush flush) throws Exception {
        List<Case> cases = new ArrayList<>();
        for (Cut cut : Cut.values()) {
            for (int count = 0; count <= requests("", flush, new Handle(0)).size(); count++) {
                cases.add(cut(cut + "-" + count, flush, count, cut));
            }
        }
        Await.until("the connections are gone", () -> fixture.server.connectionCount() == 0);
        fixture.server.close(); // waits for what is still running
        for (Case one : cases) {
            State found = found(one.name);
            assertTrue(found.equals(one.answered) || found.equals(one.sent), () -> one + " but " + found);
        }
    }

    private State found(String name) throws Exception {
        return new State(length(name + ".part"), length(name));
    }

    /// How long a file is in the metadata, and that so much of what was written is there; -1 for none.
    private int length(String name) throws Exception {
        TestVolume volume = fixture.volume;
        if (!volume.names(1).contains(name)) {
            return -1;
        }
        long inode = volume.lookup(name).inode();
        int length = (int) volume.meta().node(inode).length();
        FileHandle handle = volume.fs().open(TestVolume.ROOT_USER, inode, OpenSpec.READ);
        assertArrayEquals(content(0, length), volume.read(handle, 0, length), name);
        volume.close(handle);
        return length;
    }

    @ParameterizedTest
    @EnumSource(Flush.class)
    void nobodyHoldsWhatWasCut(Flush flush) throws Exception {
        for (int count = 1; count < requests("", flush, new Handle(0)).size(); count++) {
            Case one = cut("held-" + count, flush, count, Cut.BEFORE);
            String name = one.name + ".part";
            TestVolume volume = fixture.volume;
            long inode = volume.lookup(name).inode();
            FileHandle handle = volume.fs().open(TestVolume.ROOT_USER, inode, OpenSpec.READ_WRITE);
            volume.fs().flock(handle, 7, LockMode.EXCLUSIVE, LockWait.TRY);
            volume.fs().setLock(handle, 7, 1, LockMode.EXCLUSIVE, LockRange.ALL, LockWait.TRY);
            volume.fs().unlink(TestVolume.ROOT_USER, TestVolume.at(name));
            volume.fs().flush(handle, 7);
            volume.fs().release(handle, 7);
            Await.until("no handle keeps it any more", () -> isGone(inode));
        }
    }

    private boolean isGone(long inode) throws FsException {
        try {
            return fixture.volume.meta().node(inode) == null;
        } catch (FsException e) {
            assertEquals(Errno.ENOENT, e.errno());
            return true;
        }
    }

    /// What is cut while it runs: the requests that wait for the store.
    @ParameterizedTest
    @EnumSource(Flush.class)
    void whatIsCutWhileItFlushesIsDoneAllTheSame(Flush flush) throws Exception {
        ClientSession session = fixture.logIn("alice");
        RawSftp sftp = RawSftp.of(session);
        var handle = new Handle(sftp.ask(3, "/file", 0x1a, 0).handle());
        sftp.ask(6, handle, 0L, content(0, PART));
        CountDownLatch held = store.hold(Operation.PUT);
        if (flush == Flush.WITH_FSYNC) {
            sftp.post(200, "fsync@openssh.com", handle);
        } else {
            sftp.post(4, handle);
        }
        Await.until("it waits for the store", () -> store.calls(Operation.PUT) == 1);
        session.close(true);
        Await.until("the connection is gone", () -> fixture.server.connectionCount() == 0);
        assertServes();
        assertEquals(
                0,
                fixture.volume
                        .meta()
                        .node(fixture.volume.lookup("file").inode())
                        .length(),
                "not yet");
        held.countDown();
        Await.until("it is stored", () -> length("file") == PART);
    }

    private void assertServes() throws Exception {
        try (var session = fixture.logIn("reader");
                var sftp = SftpClientFactory.instance().createSftpClient(session)) {
            assertEquals("/", sftp.canonicalPath("."));
        }
    }

    @Test
    void whatFsyncAnsweredIsCommittedBeforeTheCut() throws Exception {
        ClientSession session = fixture.logIn("alice");
        RawSftp sftp = RawSftp.of(session);
        var handle = new Handle(sftp.ask(3, "/file", 0x1a, 0).handle());
        sftp.ask(6, handle, 0L, content(0, PART));
        assertEquals(OK, sftp.ask(200, "fsync@openssh.com", handle).status());
        assertEquals(PART, length("file"));
        assertTrue(store.calls(Operation.PUT) == 1);
        session.close(true);
    }

    @Test
    void anUploadGoesOnWhereItWasCut() throws Exception {
        cut("resumed", Flush.WITHOUT_FSYNC, 3, Cut.WITHIN);
        Await.until("its data is stored", () -> length("resumed.part") == 2 * PART);
        ClientSession session = fixture.logIn("alice");
        RawSftp sftp = RawSftp.of(session);
        var handle = new Handle(sftp.ask(3, "/resumed.part", 0x06, 0).handle());
        sftp.ask(6, handle, 0L, content(2 * PART, PART));
        assertEquals(OK, sftp.ask(4, handle).status());
        assertEquals(3 * PART, length("resumed.part"));
        session.close(true);
    }
}
