package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mountagent.sftp.users.PasswordHash;
import org.apache.sshd.client.auth.keyboard.UserAuthKeyboardInteractiveFactory;
import org.apache.sshd.client.auth.password.PasswordAuthenticationReporter;
import org.apache.sshd.client.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.client.auth.pubkey.PublicKeyAuthenticationReporter;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshException;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Who guesses is held back, then locked out, and learns nothing of who there is.
@Timeout(120)
final class GuessingTest {
    private static final int TRIES = 1000;
    private static final int TRIES_OF_CONNECTION = 6;

    @TempDir
    Path folder = Path.of("/");

    private ServerFixture fixture;
    private final Answers answers = new Answers();

    /// What a client is told.
    private static final class Answers implements PasswordAuthenticationReporter, PublicKeyAuthenticationReporter {
        final List<String> refusals = new ArrayList<>();
        int keysOffered;

        @Override
        public void signalAuthenticationExhausted(ClientSession session, String service) {
            assertFalse(session.isAuthenticated());
        }

        @Override
        public void signalAuthenticationFailure(
                ClientSession session, String service, String password, boolean isPartial, List<String> methods) {
            refusals.add(isPartial + " " + methods);
        }

        @Override
        public void signalAuthenticationAttempt(ClientSession session, String service, KeyPair key, String signature) {
            keysOffered++;
        }

        @Override
        public void signalAuthenticationFailure(
                ClientSession session, String service, KeyPair key, boolean isPartial, List<String> methods) {
            refusals.add(isPartial + " " + methods);
        }
    }

    @BeforeEach
    void start() throws Exception {
        fixture = ServerFixture.start(folder);
        fixture.client.setPasswordAuthenticationReporter(answers);
        fixture.client.setPublicKeyAuthenticationReporter(answers);
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private void usePasswords() {
        fixture.client.setUserAuthFactories(List.of(UserAuthPasswordFactory.INSTANCE));
    }

    private ClientSession connectFrom(int address, String user) throws Exception {
        var local = new InetSocketAddress("127.0.0." + address, 0);
        return fixture.client
                .connect(user, "127.0.0.1", fixture.port(), local)
                .verify(ServerFixture.WAIT)
                .getSession();
    }

    private static boolean isLetIn(ClientSession session) throws Exception {
        try (session) {
            session.auth().verify(ServerFixture.WAIT);
            return true;
        } catch (SshException _) {
            return false;
        }
    }

    private boolean isLetIn(int address, String user, String... passwords) throws Exception {
        ClientSession session = connectFrom(address, user);
        for (String password : passwords) {
            session.addPasswordIdentity(password);
        }
        return isLetIn(session);
    }

    private boolean isLockedOut(int address) throws Exception {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress("127.0.0." + address, 0));
            socket.connect(new InetSocketAddress("127.0.0.1", fixture.port()));
            socket.setSoTimeout((int) ServerFixture.WAIT.toMillis());
            return socket.getInputStream().read() < 0;
        }
    }

    @Test
    void aThousandWrongPasswordsAreTwentyThatAreCheckedAndThenALock() throws Exception {
        var before = fixture.logIn("alice");
        usePasswords();
        int connectionsRefused = 0;
        for (int tried = 0; tried < TRIES; tried += TRIES_OF_CONNECTION) {
            if (isLockedOut(1)) {
                connectionsRefused++;
            } else {
                assertFalse(isLetIn(1, "alice", "0", "1", "2", "3", "4", "5", "6", "7", "8", ServerFixture.PASSWORD));
            }
        }
        assertTrue(answers.refusals.size() >= 15 && answers.refusals.size() <= 26, () -> answers.refusals.size() + "");
        assertTrue(connectionsRefused > 160, connectionsRefused + " connections were refused");
        assertTrue(fixture.clock.heldBackSeconds() > 50, "each answer came later");
        assertTrue(isLetIn(2, "alice", ServerFixture.PASSWORD), "another address is another matter");
        try (before;
                var sftp = SftpClientFactory.instance().createSftpClient(before)) {
            assertEquals("/", sftp.canonicalPath("."), "who is in stays in");
        }
        fixture.clock.advance(Duration.ofMinutes(5));
        assertFalse(isLockedOut(1));
        assertTrue(isLetIn(1, "alice", ServerFixture.PASSWORD));
    }

    @Test
    void connectionsFromBeforeALockTryNoMorePasswords() throws Exception {
        usePasswords();
        ClientSession early = connectFrom(1, "alice");
        early.addPasswordIdentity(ServerFixture.PASSWORD);
        while (!isLockedOut(1)) {
            assertFalse(isLetIn(1, "alice", "0", "1", "2", "3", "4", "5"));
        }
        assertFalse(isLetIn(early), "the right one neither");
    }

    @Test
    void unknownUsersGetTheSameAnswerAsKnownOnes() throws Exception {
        usePasswords();
        int address = 10;
        for (String user :
                List.of("alice", "reader", "nobody", "root", "elsewhere", "x".repeat(5000), "al\nice", "é\0")) {
            long before = fixture.clock.heldBackMillis();
            assertFalse(isLetIn(address, user, "wrong"));
            assertEquals(300, fixture.clock.heldBackMillis() - before, "as for the first wrong one of anybody");
            address++;
        }
        fixture.client.setUserAuthFactories(
                List.of(org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory.INSTANCE));
        for (String user : List.of("alice", "nobody", "elsewhere")) {
            ClientSession session = connectFrom(address, user);
            session.addPublicKeyIdentity(newKey());
            assertFalse(isLetIn(session));
        }
        assertEquals(11, answers.refusals.size());
        assertEquals(1, answers.refusals.stream().distinct().count(), () -> answers.refusals.toString());
    }

    @Test
    void aPasswordOfNobodyIsAsMuchWorkAsSomebodys() {
        String hash = PasswordHash.of("x".toCharArray(), new SecureRandom());
        assertTrue(PasswordHash.isOne(Logins.NOBODYS_HASH));
        assertEquals(cost(hash), cost(Logins.NOBODYS_HASH));
        assertEquals(hash.length(), Logins.NOBODYS_HASH.length());
    }

    private static String cost(String hash) {
        return hash.substring(0, hash.indexOf('$', "$argon2id$v=19$".length()));
    }

    @Test
    void passwordsOverAKeyboardAreTheSame() throws Exception {
        fixture.client.setUserAuthFactories(List.of(UserAuthKeyboardInteractiveFactory.INSTANCE));
        assertFalse(isLetIn(3, "alice", "wrong"));
        assertTrue(fixture.clock.heldBackMillis() >= 300);
        assertTrue(isLetIn(3, "alice", ServerFixture.PASSWORD));
        assertFalse(isLetIn(3, "reader", ServerFixture.PASSWORD));
    }

    private static KeyPair newKey() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    @Test
    void ofAHundredKeysSixAreLookedAt() throws Exception {
        ClientSession session = fixture.connect("alice");
        for (int i = 0; i < 100; i++) {
            session.addPublicKeyIdentity(newKey());
        }
        session.addPublicKeyIdentity(fixture.key);
        assertFalse(isLetIn(session));
        assertTrue(answers.keysOffered <= TRIES_OF_CONNECTION + 1, answers.keysOffered + " were offered");
        assertTrue(answers.refusals.size() <= TRIES_OF_CONNECTION);
        fixture.logIn("alice").close();
    }

    @Test
    void aSignatureOverAnotherSessionDoesNotLetIn() throws Exception {
        ForeignSignature.use(fixture.client, ForeignSignature.Session.THIS);
        fixture.logIn("alice").close();
        ForeignSignature.use(fixture.client, ForeignSignature.Session.ANOTHER);
        ClientSession session = fixture.connect("alice");
        session.addPublicKeyIdentity(fixture.key);
        assertFalse(isLetIn(session));
        assertEquals(1, answers.refusals.size());
    }

    @Test
    void aSignatureByAnotherKeyDoesNotLetIn() throws Exception {
        var forged = new KeyPair(fixture.key.getPublic(), newKey().getPrivate());
        ClientSession session = fixture.connect("alice");
        session.addPublicKeyIdentity(forged);
        assertFalse(isLetIn(session));
    }

    @Test
    void aPasswordLetsInAndAWrongOneDoesNot() throws Exception {
        assertTrue(isLetIn(1, "alice", ServerFixture.PASSWORD));
        for (String user : List.of("alice", "nobody", "reader")) {
            assertFalse(isLetIn(1, user, "wrong"), user);
        }
        assertFalse(isLetIn(1, "elsewhere", ServerFixture.PASSWORD), "from another address");
        assertTrue(fixture.clock.heldBackSeconds() > 4, "answers to wrong ones are held back longer each time");
    }

    @Test
    void whoGetsInAfterAllIsForgiven() throws Exception {
        usePasswords();
        for (int i = 0; i < 8; i++) {
            assertTrue(isLetIn(1, "alice", "0", "1", "2", ServerFixture.PASSWORD));
        }
        assertFalse(isLockedOut(1));
    }
}
