package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import mountagent.base.Await;
import mountagent.sftp.session.Bench;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Users that send without end and read nothing: the server takes what their windows allow and then no more, and
/// serves the others.
@Timeout(120)
final class FloodTest {
    private static final int REQUESTS = 1_000_000;
    private static final int PER_PACKET = 2000;

    /// A STATUS or ATTRS is no shorter.
    private static final int SHORTEST_REPLY = 17;

    @TempDir
    Path folder = Path.of("/");

    private ServerFixture fixture;
    private ClientSession flooder;

    @BeforeEach
    void start() throws Exception {
        fixture = ServerFixture.start(folder);
        flooder = fixture.logIn("alice");
    }

    @AfterEach
    void stop() throws Exception {
        flooder.close(true);
        Await.until("the connection is gone", () -> fixture.server.connectionCount() == 0);
        fixture.close();
    }

    private void assertOthersAreServed() throws Exception {
        try (var session = fixture.logIn("reader");
                var sftp = SftpClientFactory.instance().createSftpClient(session)) {
            assertEquals("/", sftp.canonicalPath("."));
            sftp.readDir("/").forEach(entry -> assertTrue(entry.getFilename().startsWith(".")));
        }
    }

    /// Requests for the attributes of the root: a packet's worth.
    private static byte[] requests() {
        var packet = new ByteArrayOutputStream();
        for (int i = 0; i < PER_PACKET; i++) {
            packet.writeBytes(Bench.bytes(17, i, "/"));
        }
        return packet.toByteArray();
    }

    /// Sends requests, up to a million, until `isEnough`, and then as long as there is room; how many.
    private static int flood(RawChannel channel, Await.Condition isEnough) throws Exception {
        byte[] packet = requests();
        int sent = 0;
        boolean isSent = true;
        while (sent < REQUESTS && (isSent || !isEnough.holds())) {
            isSent = channel.sendSoon(packet);
            sent += isSent ? PER_PACKET : 0;
        }
        return sent;
    }

    @Test
    void aMillionRequestsWhoseRepliesStayInTheWindowAreNotTaken() throws Exception {
        RawChannel channel = RawChannel.session(flooder);
        channel.beginSftp();
        long serversWindow = channel.getRemoteWindow().getSize();
        // the version may have taken a part of it already
        long ownWindow = channel.getLocalWindow().getMaxSize();
        int sent = flood(channel, () -> channel.received.get() == ownWindow);
        assertTrue(sent < REQUESTS, "all were taken");
        long served = ownWindow / SHORTEST_REPLY + 256;
        long length = requests().length / PER_PACKET;
        assertTrue(sent * length <= serversWindow + served * length, sent + " were taken");
        assertOthersAreServed();
    }

    @Test
    void aMillionRequestsWhoseRepliesNobodyTakesFromTheSocketAreNotTaken() throws Exception {
        RawChannel channel = RawChannel.session(flooder);
        channel.beginSftp();
        Await.until("the version", () -> channel.received.get() > 0);
        flooder.getIoSession().suspendRead();
        long serversWindow = channel.getRemoteWindow().getSize();
        int sent = flood(channel, () -> true);
        assertTrue(sent < REQUESTS, "all were taken");
        // one read was under way when reading was suspended, and may have given a window back
        assertTrue(sent * (long) requests().length / PER_PACKET <= 2 * serversWindow, sent + " were taken");
        assertOthersAreServed();
        flooder.getIoSession().resumeRead();
        Await.until("it goes on", () -> channel.received.get() > 100_000);
    }

    @Test
    void whoSendsMoreThanTheWindowIsSentAway() throws Exception {
        RawChannel channel = RawChannel.session(flooder);
        channel.beginSftp();
        int sent = 0;
        while (sent < REQUESTS && isTaken(channel)) {
            sent += PER_PACKET;
        }
        Await.until("the channel is ended", () -> !channel.isOpen() || !flooder.isOpen());
        assertOthersAreServed();
    }

    /// Sends requests whatever the window is; whether that can be done.
    private static boolean isTaken(RawChannel channel) {
        try {
            channel.send(requests());
            return channel.isOpen();
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void whoReadsNoAnswersOfTheConnectionIsSentAway() throws Exception {
        flooder.close(true);
        // as little as the system gives: what is not read waits with the server
        CoreModuleProperties.SOCKET_RCVBUF.set(fixture.client, 4096);
        flooder = fixture.logIn("alice");
        CoreModuleProperties.SOCKET_RCVBUF.remove(fixture.client);
        flooder.getIoSession().suspendRead();
        int sent = 0;
        while (sent < REQUESTS && isTaken()) {
            sent++;
        }
        assertTrue(sent < REQUESTS, "all were taken");
        assertOthersAreServed();
    }

    /// Sends a request of the connection that wants an answer; whether it gets out.
    private boolean isTaken() throws IOException {
        var packet = flooder.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST);
        packet.putString("keepalive@openssh.com");
        packet.putBoolean(true);
        try {
            return flooder.writePacket(packet).verify(Duration.ofSeconds(20)).isWritten();
        } catch (IOException _) {
            return false;
        }
    }
}
