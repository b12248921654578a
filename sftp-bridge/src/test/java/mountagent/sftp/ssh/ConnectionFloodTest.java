package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import mountagent.base.Await;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Connections that come to nothing, many of them: they are counted, end in time, and keep no good client out.
@Timeout(180)
final class ConnectionFloodTest {
    private static final int CONNECTIONS = 10_000;
    private static final int OPEN_AT_ONCE = 400;
    private static final int UNAUTHENTICATED_MAX = 64;
    private static final int WAIT_MILLIS = 20_000;
    private static final byte[] LETTERS = mebibyteOf('x');
    private static final byte[] LINES = mebibyteOf('\n');

    @TempDir
    Path folder = Path.of("/");

    /// What a bad client does before it stops.
    private enum Bad {
        SILENT,
        HALF_A_BANNER,
        BANNER_WITHOUT_END,
        BANNERS_LINES_WITHOUT_END,
        IN_KEY_EXCHANGE,
        NO_SSH;

        void begin(Socket socket) throws IOException {
            switch (this) {
                case SILENT -> socket.getOutputStream().flush();
                case HALF_A_BANNER -> write(socket, ascii("SSH-2.0-half"));
                case BANNER_WITHOUT_END -> write(socket, LETTERS);
                case BANNERS_LINES_WITHOUT_END -> write(socket, LINES);
                case IN_KEY_EXCHANGE -> {
                    write(socket, ascii("SSH-2.0-raw\r\n"));
                    write(socket, RawConnection.packet(RawConnection.kexInit("curve25519-sha256", false)));
                }
                case NO_SSH -> write(socket, ascii("GET / HTTP/1.1\r\nHost: here\r\n\r\n"));
            }
        }

        /// Writes as far as the server takes it.
        private static void write(Socket socket, byte[] bytes) {
            try {
                socket.getOutputStream().write(bytes);
            } catch (SocketException e) {
                assertTrue(e.getMessage() != null, "the server ended the connection, as it may");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }

    private static byte[] mebibyteOf(char with) {
        byte[] mebibyte = new byte[1 << 20];
        Arrays.fill(mebibyte, (byte) with);
        return mebibyte;
    }

    private static Socket connect(int port, int from) throws IOException {
        var socket = new Socket();
        // a reset at the end: ten thousand ports need not wait for stray packets
        socket.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
        socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) from}), 0));
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.setSoTimeout(WAIT_MILLIS);
        return socket;
    }

    private static void assertServes(ServerFixture fixture) throws Exception {
        try (var session = fixture.logIn("alice");
                var sftp = SftpClientFactory.instance().createSftpClient(session)) {
            assertEquals("/", sftp.canonicalPath("."));
        }
    }

    @Test
    void tenThousandBadConnectionsKeepNoGoodClientOut() throws Exception {
        Deque<Socket> open = new ArrayDeque<>();
        try (var fixture = ServerFixture.start(folder)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                Socket socket = connect(fixture.port(), 1 + i % 3);
                open.add(socket);
                firstByte(socket); // it is accepted: else the next ones wait a second for room in the backlog
                Bad.values()[i % Bad.values().length].begin(socket);
                if (open.size() > OPEN_AT_ONCE) {
                    open.remove().close();
                }
                if (i % 1000 == 999) {
                    Await.until(
                            "no more than the limit",
                            () -> fixture.server.connectionCount() <= UNAUTHENTICATED_MAX + 1);
                    assertServes(fixture);
                }
            }
            for (Socket socket : open) {
                socket.close();
            }
            Await.until("all are gone", () -> fixture.server.connectionCount() == 0);
        }
    }

    @Test
    void eachIsEndedInTime() throws Exception {
        var limits = SshLimits.usual(100).withLoginTime(Duration.ofSeconds(1));
        List<Socket> open = new ArrayList<>();
        try (var fixture = ServerFixture.start(folder, limits)) {
            for (Bad bad : Bad.values()) {
                Socket socket = connect(fixture.port(), 1);
                open.add(socket);
                bad.begin(socket);
            }
            for (Socket socket : open) {
                awaitEnd(socket);
                socket.close();
            }
            Await.until("all are gone", () -> fixture.server.connectionCount() == 0);
            assertServes(fixture);
        }
    }

    private static void awaitEnd(Socket socket) throws IOException {
        while (firstByte(socket) >= 0) {
            // the server's banner and what it begins with
        }
    }

    private static int firstByte(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketException e) {
            assertTrue(e.getMessage() != null, "a reset is an end, too");
            return -1;
        }
    }

    @Test
    void loggedInConnectionsAreLimitedInAllAndForAnAddress() throws Exception {
        try (var fixture = ServerFixture.start(folder, SshLimits.usual(8))) {
            List<org.apache.sshd.client.session.ClientSession> sessions = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                sessions.add(fixture.logIn("alice"));
            }
            try (Socket another = connect(fixture.port(), 1)) {
                assertEquals(-1, firstByte(another), "not even a banner");
            }
            assertEquals(4, fixture.server.connectionCount());
            sessions.removeLast().close(true);
            Await.until("one is gone", () -> fixture.server.connectionCount() == 3);
            sessions.add(fixture.logIn("reader"));
            for (var session : sessions) {
                session.close(true);
            }
        }
    }
}
