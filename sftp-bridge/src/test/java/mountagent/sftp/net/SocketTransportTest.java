package mountagent.sftp.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import mountagent.base.Await;
import mountagent.base.Threads;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceFactory;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.Readable;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.SshServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The transport over real sockets, with a handler that does what the first byte of a message says.
@Timeout(60)
final class SocketTransportTest {
    private static final byte ECHO = 0;
    private static final byte FAIL = 1;
    private static final byte LARGE = 2;
    private static final byte LARGE_THEN_CLOSE = 3;
    private static final byte FAIL_BADLY = 4;

    /// Far more than the buffers of two sockets take.
    private static final int LARGE_BYTES = 16 << 20;

    private final Handler handler = new Handler();
    private IoServiceFactory transport;
    private IoAcceptor acceptor;

    /// What a handler does with a new connection.
    private interface Creation {
        void on(IoSession session) throws IOException;
    }

    private static final class Handler implements IoHandler {
        final List<IoSession> open = new CopyOnWriteArrayList<>();
        final List<IoWriteFuture> writes = new CopyOnWriteArrayList<>();
        final ConcurrentHashMap<IoSession, Throwable> failures = new ConcurrentHashMap<>();
        volatile Creation creation = _ -> {};

        @Override
        public void sessionCreated(IoSession session) throws IOException {
            creation.on(session);
            open.add(session);
        }

        @Override
        public void sessionClosed(IoSession session) {
            open.remove(session);
        }

        @Override
        public void exceptionCaught(IoSession session, Throwable cause) {
            failures.put(session, cause);
        }

        @Override
        public void messageReceived(IoSession session, Readable message) throws IOException {
            byte[] bytes = new byte[message.available()];
            message.getRawBytes(bytes, 0, bytes.length);
            switch (bytes[0]) {
                case FAIL -> throw new IOException("not understood");
                case FAIL_BADLY -> throw new AssertionError("a fault");
                case LARGE -> writes.add(session.writeBuffer(new ByteArrayBuffer(large())));
                case LARGE_THEN_CLOSE -> {
                    writes.add(session.writeBuffer(new ByteArrayBuffer(large())));
                    session.close(false);
                }
                default -> session.writeBuffer(new ByteArrayBuffer(bytes));
            }
        }
    }

    private static byte[] large() {
        byte[] bytes = new byte[LARGE_BYTES];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    @BeforeEach
    void start() throws Exception {
        transport = SocketTransport.factory(Threads.platform("net-test-")).create(new SshServer());
        acceptor = transport.createAcceptor(handler);
        acceptor.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void stop() throws Exception {
        acceptor.close(true);
        transport.close(true);
    }

    private Socket connect() throws IOException {
        var address =
                (InetSocketAddress) acceptor.getBoundAddresses().iterator().next();
        return new Socket(address.getAddress(), address.getPort());
    }

    private static void ask(Socket socket, byte what) throws IOException {
        socket.getOutputStream().write(new byte[] {what, 5, 6});
    }

    private static void assertEcho(Socket socket) throws IOException {
        ask(socket, ECHO);
        assertArrayEquals(new byte[] {ECHO, 5, 6}, socket.getInputStream().readNBytes(3));
    }

    @Test
    void answersManyConnectionsEachItsOwn() throws Exception {
        try (var first = connect();
                var second = connect();
                var third = connect()) {
            for (int i = 0; i < 100; i++) {
                assertEcho(first);
                assertEcho(third);
                assertEcho(second);
            }
            assertEquals(3, acceptor.getManagedSessions().size());
        }
        Await.until("the connections are gone", () -> handler.open.isEmpty());
        assertTrue(acceptor.getManagedSessions().isEmpty());
    }

    @Test
    void sendsWhatTheSocketDidNotTakeWhenTheClientReadsOn() throws Exception {
        try (var slow = connect();
                var other = connect()) {
            ask(slow, LARGE);
            Await.until("the answer is under way", () -> handler.writes.size() == 1);
            assertFalse(handler.writes.getFirst().isDone());
            assertEcho(other); // whose loop may be the same
            assertArrayEquals(large(), slow.getInputStream().readNBytes(LARGE_BYTES));
            assertTrue(handler.writes.getFirst().verify(5000).isWritten());
            assertEcho(slow);
        }
    }

    @Test
    void keepsTheOrderOfManyWriters() throws Exception {
        int writers = 4;
        int each = 20_000;
        try (var socket = connect()) {
            assertEcho(socket);
            IoSession session = handler.open.getFirst();
            for (int writer = 0; writer < writers; writer++) {
                int number = writer;
                Thread.ofVirtual().start(() -> {
                    for (int i = 0; i < each; i++) {
                        byte[] bytes =
                                ByteBuffer.allocate(8).putInt(number).putInt(i).array();
                        try {
                            session.writeBuffer(new ByteArrayBuffer(bytes));
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    }
                });
            }
            int[] next = new int[writers];
            for (int i = 0; i < writers * each; i++) {
                ByteBuffer got = ByteBuffer.wrap(socket.getInputStream().readNBytes(8));
                int writer = got.getInt();
                assertEquals(next[writer]++, got.getInt());
            }
        }
    }

    @Test
    void aClosedOneSendsWhatItHadFirst() throws Exception {
        try (var socket = connect()) {
            ask(socket, LARGE_THEN_CLOSE);
            assertArrayEquals(large(), socket.getInputStream().readAllBytes());
        }
    }

    @Test
    void whoeverWaitsForAnEndedConnectionIsTold() throws Exception {
        try (var socket = connect()) {
            ask(socket, LARGE);
            Await.until("the answer is under way", () -> handler.writes.size() == 1);
            IoSession session = handler.open.getFirst();
            session.close(true);
            IoWriteFuture write = handler.writes.getFirst();
            assertThrows(IOException.class, () -> write.verify(5000));
            assertThrows(
                    IOException.class,
                    () -> session.writeBuffer(new ByteArrayBuffer(new byte[1])).verify(5000));
        }
    }

    @Test
    void aFailureEndsItsConnectionAlone() throws Exception {
        try (var bad = connect();
                var same = connect();
                var good = connect()) {
            assertEcho(same);
            ask(bad, FAIL);
            assertEquals(-1, bad.getInputStream().read());
            assertEquals(
                    "not understood",
                    handler.failures.values().iterator().next().getMessage());
            assertEcho(same);
            assertEcho(good);
        }
    }

    /// Also an error, on every loop there is: it must not take the loop along.
    @Test
    void anErrorEndsItsConnectionAlone() throws Exception {
        int loops = Runtime.getRuntime().availableProcessors();
        for (int i = 0; i < 2 * loops; i++) {
            try (var bad = connect()) {
                assertEcho(bad);
                ask(bad, FAIL_BADLY);
                assertEquals(-1, bad.getInputStream().read());
            }
        }
        assertRefused(2 * loops, _ -> {
            throw new AssertionError("a fault");
        });
        for (int i = 0; i < 2 * loops; i++) {
            try (var good = connect()) {
                assertEcho(good);
            }
        }
    }

    private void assertRefused(int count, Creation creation) throws Exception {
        handler.creation = creation;
        for (int i = 0; i < count; i++) {
            try (var socket = connect()) {
                assertEquals(-1, socket.getInputStream().read());
            }
        }
        Await.until("nothing is kept", () -> acceptor.getManagedSessions().isEmpty());
        handler.creation = _ -> {};
    }

    @Test
    void aRefusedConnectionIsClosedAndKeepsNothing() throws Exception {
        long before = descriptors();
        assertRefused(50, _ -> {
            throw new IOException("nobody is let in");
        });
        Await.until("the descriptors are given back", () -> descriptors() <= before + 5);
        try (var socket = connect()) {
            assertEcho(socket);
        }
    }

    /// As one that gives way to another while it begins.
    @Test
    void aConnectionThatIsClosedWhileItBeginsIsNotKept() throws Exception {
        assertRefused(10, session -> session.close(true));
    }

    private static long descriptors() {
        String[] names = new java.io.File("/proc/self/fd").list();
        return names == null ? 0 : names.length;
    }

    @Test
    void whoIsNotToBeReadWaits() throws Exception {
        try (var socket = connect()) {
            assertEcho(socket);
            IoSession session = handler.open.getFirst();
            session.suspendRead();
            ask(socket, ECHO);
            socket.setSoTimeout(300);
            assertThrows(
                    java.net.SocketTimeoutException.class,
                    () -> socket.getInputStream().read());
            socket.setSoTimeout(0);
            session.resumeRead();
            assertArrayEquals(new byte[] {ECHO, 5, 6}, socket.getInputStream().readNBytes(3));
        }
    }

    @Test
    void nobodyIsTakenAfterUnbind() throws Exception {
        try (var socket = connect()) {
            assertEcho(socket);
            var address =
                    (InetSocketAddress) acceptor.getBoundAddresses().iterator().next();
            acceptor.unbind();
            Await.until("nobody listens", () -> {
                try (var late = new Socket(address.getAddress(), address.getPort())) {
                    return !late.isConnected();
                } catch (ConnectException _) {
                    return true;
                }
            });
            assertEcho(socket);
        }
    }

    @Test
    void closingEndsWhoIsConnectedAndTheThreads() throws Exception {
        var isEnded = new CountDownLatch(1);
        try (var socket = connect()) {
            assertEcho(socket);
            acceptor.close(true).addListener(_ -> isEnded.countDown());
            isEnded.await();
            assertEquals(-1, socket.getInputStream().read());
        }
        transport.close(true);
        Await.until(
                "the threads are gone",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("net-test-")));
    }
}
