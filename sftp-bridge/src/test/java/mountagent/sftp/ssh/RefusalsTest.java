package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import mountagent.base.Await;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannel;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What else SSH has than SFTP: none of it is there, and asking for it costs the server nothing.
@Timeout(120)
final class RefusalsTest {
    private static final String HOST = "127.0.0.1";
    private static final int CHANNELS_MAX = 10;

    @TempDir
    Path folder = Path.of("/");

    private ServerFixture fixture;
    private ClientSession session;

    @BeforeEach
    void start() throws Exception {
        fixture = ServerFixture.start(folder);
        session = fixture.logIn("alice");
    }

    @AfterEach
    void theConnectionStillServesSftp() throws Exception {
        assertServes(session);
        session.close();
        fixture.close();
    }

    private static void assertServes(ClientSession session) throws IOException {
        try (SftpClient sftp = SftpClientFactory.instance().createSftpClient(session)) {
            assertEquals("/", sftp.canonicalPath("."));
        }
    }

    private int refusal(String type, Object... fields) throws IOException {
        return RawChannel.of(session, type, fields).refusal();
    }

    @Test
    void channelsOfOtherTypesAreRefused() throws Exception {
        int port = fixture.port();
        assertNotEquals(0, refusal("direct-tcpip", HOST, port, HOST, 1));
        assertNotEquals(0, refusal("forwarded-tcpip", HOST, port, HOST, 1));
        assertNotEquals(0, refusal("direct-streamlocal@openssh.com", "/run/docker.sock", "", 0));
        assertNotEquals(0, refusal("forwarded-streamlocal@openssh.com", "/tmp/socket", ""));
        assertNotEquals(0, refusal("x11", HOST, 6000));
        assertNotEquals(0, refusal("auth-agent@openssh.com"));
        assertNotEquals(0, refusal("tun@openssh.com", 1, 0));
        for (String type : List.of("shell", "sftp", "session@openssh.com", "x".repeat(10_000))) {
            assertEquals(SshConstants.SSH_OPEN_UNKNOWN_CHANNEL_TYPE, refusal(type), type);
        }
    }

    @Test
    void aHundredChannelsAreTenAndTheOthersCostNothing() throws Exception {
        for (int round = 0; round < 10; round++) {
            try (ClientSession greedy = fixture.logIn("alice")) {
                RawChannel last = RawChannel.session(greedy);
                for (int i = 1; i < 100; i++) {
                    RawChannel channel = RawChannel.of(greedy, "session");
                    int refusal = channel.refusal();
                    assertEquals(i < CHANNELS_MAX ? 0 : SshConstants.SSH_OPEN_RESOURCE_SHORTAGE, refusal, "of " + i);
                    last = refusal == 0 ? channel : last;
                }
                assertTrue(last.getRemoteWindow().getSize() > 4 << 20, "refused ones took nothing of what there is");
                last.close(false).await(ServerFixture.WAIT);
                Await.until("room again", () -> RawChannel.of(greedy, "session").refusal() == 0);
            }
            Await.until("all are gone", () -> fixture.server.connectionCount() == 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"env", "pty-req", "x11-req", "auth-agent-req@openssh.com", "auth-agent-req", "shell", "netconf"})
    void requestsOfOtherSessionsAreRefused(String request) throws Exception {
        RawChannel channel = RawChannel.session(session);
        switch (request) {
            case "env" -> {
                assertFalse(channel.isGranted("env", "LD_PRELOAD", "/tmp/evil.so"));
                assertFalse(channel.isGranted("env", "LANG", "C"));
            }
            case "pty-req" -> assertFalse(channel.isGranted(request, "xterm", 80, 24, 0, 0, ""));
            case "x11-req" -> assertFalse(channel.isGranted(request, false, "MIT-MAGIC-COOKIE-1", "00", 0));
            case "netconf" -> assertFalse(channel.isGranted("subsystem", request));
            default -> assertFalse(channel.isGranted(request));
        }
        channel.close(true);
    }

    @Test
    void unknownAndMalformedRequestsAreRefused() throws Exception {
        RawChannel channel = RawChannel.session(session);
        assertFalse(channel.isGranted("nothing@example.com"));
        assertFalse(channel.isGranted(""));
        for (String name : List.of("sftp\0", "", "../sftp", "sftp ", "x".repeat(10_000))) {
            RawChannel other = RawChannel.session(session);
            assertFalse(other.isGranted("subsystem", name), name);
            other.close(false).await(ServerFixture.WAIT);
        }
        channel.close(true);
    }

    @Test
    void aChannelHasOneSubsystem() throws Exception {
        RawChannel channel = RawChannel.session(session);
        assertTrue(channel.isGranted("subsystem", "sftp"));
        assertFalse(channel.isGranted("subsystem", "sftp"), "a second one");
        channel.close(true);
    }

    @Test
    void requestsOfTheConnectionAreRefused() throws Exception {
        assertNotGranted("tcpip-forward", HOST, 0);
        assertNotGranted("cancel-tcpip-forward", HOST, 0);
        assertNotGranted("streamlocal-forward@openssh.com", "/tmp/socket");
        assertNotGranted("nothing@example.com");
        assertThrows(
                SshException.class,
                () -> session.startRemotePortForwarding(
                        new SshdSocketAddress(HOST, 0), new SshdSocketAddress(HOST, fixture.port())));
    }

    private void assertNotGranted(String request, Object... fields) throws IOException {
        var packet = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST);
        packet.putString(request);
        packet.putBoolean(true);
        packet.putBuffer(RawChannel.fields(fields));
        assertNull(session.request(request, packet, ServerFixture.WAIT.toMillis()), request);
    }

    @Test
    void commandsAreToldSo() throws Exception {
        var err = new ByteArrayOutputStream();
        ChannelExec exec = session.createExecChannel("cat /etc/passwd");
        exec.setErr(err);
        exec.setOut(new ByteArrayOutputStream());
        exec.open().verify(ServerFixture.WAIT);
        exec.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), ServerFixture.WAIT);
        assertEquals(1, exec.getExitStatus());
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("sftp connections only"));
    }

    @Test
    void shellsAndOtherSubsystemsAreEnded() throws Exception {
        var shell = session.createShellChannel();
        CoreModuleProperties.REQUEST_SHELL_REPLY.set(shell, true);
        assertIsEndedByTheServer(shell);
        assertIsEndedByTheServer(session.createSubsystemChannel("netconf"));
    }

    private static void assertIsEndedByTheServer(ClientChannel channel) throws IOException {
        channel.open().verify(ServerFixture.WAIT);
        var closed = EnumSet.of(ClientChannelEvent.CLOSED);
        assertTrue(channel.waitFor(closed, ServerFixture.WAIT).containsAll(closed), "nothing to talk to");
    }
}
