package mountagent.sftp.ssh;

import static mountagent.sftp.ssh.RawConnection.ecdhInit;
import static mountagent.sftp.ssh.RawConnection.kexInit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import mountagent.base.Await;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that exchange keys as nobody should: their connection is ended, and others notice nothing.
@Timeout(120)
final class KeyExchangeTest {
    private static final String CURVE = "curve25519-sha256";
    private static final String STRICT = CURVE + ",kex-strict-c-v00@openssh.com";
    private static final String[] LISTS = {
        STRICT,
        "ssh-ed25519",
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-512",
        "none",
        "none"
    };
    private static final byte[] IGNORE = {2, 0, 0, 0, 1, 'x'};
    private static final byte[] NEWKEYS = {21};

    @TempDir
    Path folder = Path.of("/");

    private ServerFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = ServerFixture.start(folder, SshLimits.usual(100).withLoginTime(Duration.ofSeconds(3)));
    }

    @AfterEach
    void aGoodClientGetsIn() throws Exception {
        try (var session = fixture.logIn("alice");
                var sftp = SftpClientFactory.instance().createSftpClient(session)) {
            assertEquals("/", sftp.canonicalPath("."));
        }
        Await.until("all connections are gone", () -> fixture.server.connectionCount() == 0);
        fixture.close();
    }

    private RawConnection connect() throws IOException {
        return new RawConnection(fixture.port());
    }

    private static byte[] point() {
        byte[] point = new byte[32];
        point[0] = 9;
        return point;
    }

    private void assertEnded(byte[]... messages) throws IOException {
        try (var raw = connect()) {
            for (byte[] message : messages) {
                raw.send(message);
            }
            assertTrue(raw.isEnded());
        }
    }

    @Test
    void anExchangeAsItShouldBeIsAnswered() throws Exception {
        try (var raw = connect()) {
            raw.send(kexInit(STRICT, false)).send(ecdhInit(point()));
            assertEquals(RawConnection.ECDH_REPLY, raw.next(), "or nothing below means anything");
        }
    }

    @Test
    void algorithmsThatNobodyKnowsEndIt() throws Exception {
        assertEnded(kexInit("none-such@example.com", false));
        assertEnded(kexInit("", false));
        assertEnded(kexInit(false, CURVE, "ssh-dss", "aes128-gcm@openssh.com", "hmac-sha2-256", "none"));
        assertEnded(kexInit(false, CURVE, "ssh-ed25519", "aes128-cbc,3des-cbc", "hmac-sha2-256", "none"));
        assertEnded(kexInit(false, CURVE, "ssh-ed25519", "aes128-ctr", "hmac-sha1,hmac-md5", "none"));
        assertEnded(kexInit(false, CURVE, "ssh-ed25519", "aes128-gcm@openssh.com", "hmac-sha2-256", "zlib"));
        assertEnded(kexInit("diffie-hellman-group14-sha256,diffie-hellman-group1-sha1", false));
    }

    @Test
    void namesThatAreRepeatedEndIt() throws Exception {
        assertEnded(kexInit(CURVE + "," + CURVE, false));
        assertEnded(kexInit(STRICT + "," + CURVE, false), ecdhInit(point()));
        assertEnded(kexInit(STRICT + ",kex-strict-c-v00@openssh.com", false));
        assertEnded(kexInit("x,y,x," + CURVE, false));
        assertEnded(kexInit("x,".repeat(15_000) + "x", false));
        assertEnded(kexInit((CURVE + ",").repeat(1500) + CURVE, false));
        assertEnded(kexInit((CURVE + ",").repeat(20_000) + CURVE, false));
        for (int list = 0; list < 8; list++) {
            String[] lists = LISTS.clone();
            lists[list] = lists[list] + "," + lists[list];
            assertEnded(RawConnection.kexInitOf(false, lists));
        }
    }

    @Test
    void unknownNamesBesideKnownOnesArePassedOver() throws Exception {
        String[] lists = LISTS.clone();
        for (int list = 0; list < 8; list++) {
            lists[list] = "first@example.com," + lists[list] + ",last@example.com";
        }
        try (var raw = connect()) {
            raw.send(RawConnection.kexInitOf(false, lists)).send(ecdhInit(point()));
            assertEquals(RawConnection.ECDH_REPLY, raw.next());
        }
    }

    @Test
    void aWrongGuessIsPassedOverAndARightOneTaken() throws Exception {
        try (var raw = connect()) {
            raw.send(kexInit("ecdh-sha2-nistp256x," + CURVE, true)).send(ecdhInit(new byte[65]));
            raw.send(ecdhInit(point()));
            assertEquals(RawConnection.ECDH_REPLY, raw.next());
        }
        try (var raw = connect()) {
            byte[] hybrid = Arrays.copyOf(point(), 1216);
            System.arraycopy(point(), 0, hybrid, 1184, 32);
            raw.send(kexInit("mlkem768x25519-sha256," + STRICT, true)).send(ecdhInit(hybrid));
            assertEquals(RawConnection.ECDH_REPLY, raw.next(), "the first of both is the guess: it is taken");
        }
        assertEnded(kexInit("ecdh-sha2-nistp256x," + CURVE, true), ecdhInit(point()), ecdhInit(new byte[1]));
        assertEnded(kexInit("ecdh-sha2-nistp256x," + CURVE, true), NEWKEYS, NEWKEYS);
        assertEnded(kexInit("ecdh-sha2-nistp256x," + STRICT, true), IGNORE, ecdhInit(point()));
        assertEnded(kexInit("none-such@example.com", true), ecdhInit(point()));
    }

    @Test
    void messagesBeforeOrWithinAStrictExchangeEndIt() throws Exception {
        assertEnded(IGNORE, kexInit(STRICT, false), ecdhInit(point()));
        assertEnded(kexInit(STRICT, false), IGNORE);
        assertEnded(kexInit(STRICT, false), new byte[] {4, 1, 0, 0, 0, 0, 0, 0, 0, 0});
        assertEnded(kexInit(STRICT, false), new byte[] {3, 0, 0, 0, 1});
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 7, 20, 30, 50, 80, 90, 192})
    void nothingComesBetweenAStrictExchangeAndItsNewKeys(int type) throws Exception {
        byte[] message = new byte[20];
        message[0] = (byte) type;
        try (var raw = connect()) {
            raw.send(kexInit(STRICT, false)).send(ecdhInit(point()));
            assertEquals(RawConnection.ECDH_REPLY, raw.next());
            assertEquals(NEWKEYS[0], raw.next());
            raw.send(message).send(NEWKEYS);
            raw.awaitEnd();
        }
    }

    @Test
    void repliesThatNobodyReadsAreNotKept() throws Exception {
        byte[] unknown = new byte[11];
        unknown[0] = (byte) 192;
        try (var raw = connect()) {
            assertTrue(raw.isEndedWithin(1_000_000, unknown), "a million replies are waiting somewhere");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6, 50, 52, 80, 90, 94, 100, 31, 255})
    void noOtherMessageIsTakenBeforeThereAreKeys(int type) throws Exception {
        byte[] message = new byte[40];
        message[0] = (byte) type;
        try (var raw = connect()) {
            raw.send(kexInit(STRICT, false)).send(message).send(ecdhInit(point()));
            assertTrue(raw.isEnded());
        }
        try (var raw = connect()) {
            raw.send(message).send(kexInit(STRICT, false)).send(ecdhInit(point()));
            assertTrue(raw.isEnded());
        }
    }

    @Test
    void stepsOutOfTurnEndIt() throws Exception {
        assertEnded(NEWKEYS);
        assertEnded(kexInit(STRICT, false), NEWKEYS);
        assertEnded(kexInit(STRICT, false), kexInit(STRICT, false));
        assertEnded(ecdhInit(point()));
        try (var raw = connect()) {
            raw.send(kexInit(STRICT, false)).send(ecdhInit(point()));
            assertEquals(RawConnection.ECDH_REPLY, raw.next());
            assertEquals(21, raw.next());
            raw.send(NEWKEYS).sendRaw(new byte[64]);
            raw.awaitEnd(); // what comes now is not encrypted
        }
    }

    @Test
    void pointsThatAreNoneEndIt() throws Exception {
        for (int length : new int[] {0, 1, 31, 33, 30_000}) {
            assertEnded(kexInit(STRICT, false), ecdhInit(new byte[length]));
        }
        assertEnded(kexInit(STRICT, false), ecdhInit(new byte[32]));
        assertEnded(kexInit("ecdh-sha2-nistp256", false), ecdhInit(new byte[65]));
        byte[] beyond = ecdhInit(point());
        ByteBuffer.wrap(beyond).putInt(1, Integer.MAX_VALUE);
        assertEnded(kexInit(STRICT, false), beyond);
    }

    @Test
    void listsThatAreLongerThanTheirMessageEndIt() throws Exception {
        byte[] whole = kexInit(STRICT, false);
        for (int length : new int[] {-1, Integer.MAX_VALUE, whole.length}) {
            byte[] changed = whole.clone();
            ByteBuffer.wrap(changed).putInt(17, length);
            assertEnded(changed);
        }
        assertEnded(Arrays.copyOf(whole, 16));
        assertEnded(Arrays.copyOf(whole, whole.length - 6));
    }

    @Test
    void packetsOfImpossibleLengthsEndIt() throws Exception {
        List<RawConnection> all = new ArrayList<>();
        for (int length : new int[] {0, 1, 4, 13, 300_000, Integer.MAX_VALUE, -1}) {
            all.add(connect().sendRaw(ByteBuffer.allocate(64).putInt(length).array()));
        }
        for (RawConnection raw : all) {
            assertTrue(raw.isEnded());
            raw.close();
        }
    }

    @Test
    void whoStopsInTheMiddleIsSentAwayInTime() throws Exception {
        try (var silent = connect();
                var begun = connect()) {
            begun.send(kexInit(STRICT, false));
            assertTrue(begun.isEnded());
            assertTrue(silent.isEnded());
        }
    }
}
