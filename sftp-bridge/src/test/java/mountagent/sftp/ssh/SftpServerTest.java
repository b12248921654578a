package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.kex.KexProposalOption;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.OpenMode;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The whole server over a real connection: who gets in, what is refused, what is left when a client goes.
@Timeout(120)
final class SftpServerTest {
    @TempDir
    Path folder = Path.of("/");

    private ServerFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = ServerFixture.start(folder);
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private static SftpClient sftp(ClientSession session) throws IOException {
        return SftpClientFactory.instance().createSftpClient(session);
    }

    @Test
    void aFileGoesThereAndComesBack() throws Exception {
        byte[] data = new byte[3_000_000];
        new Random(1).nextBytes(data);
        try (var session = fixture.logIn("alice");
                var sftp = sftp(session)) {
            try (var out = sftp.write("/file", OpenMode.Create, OpenMode.Write)) {
                out.write(data);
            }
            try (var in = sftp.read("/file")) {
                assertArrayEquals(data, in.readAllBytes());
            }
            assertEquals(1000, sftp.stat("/file").getUserId());
        }
    }

    @Test
    void aKeyThatIsNotTheUsersDoesNotLetIn() throws Exception {
        var generator = java.security.KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        try (var session = fixture.connect("alice")) {
            session.addPublicKeyIdentity(generator.generateKeyPair());
            assertThrows(SshException.class, () -> session.auth().verify(ServerFixture.WAIT));
        }
        try (var session = fixture.connect("elsewhere")) {
            session.addPublicKeyIdentity(fixture.key);
            assertThrows(SshException.class, () -> session.auth().verify(ServerFixture.WAIT), "from another address");
        }
    }

    @Test
    void noWeakAlgorithmIsOffered() throws Exception {
        try (var session = fixture.connect("alice")) {
            session.waitFor(EnumSet.of(ClientSession.ClientSessionEvent.WAIT_AUTH), ServerFixture.WAIT);
            var offered = session.getServerKexProposals();
            String all = String.join(",", offered.values());
            for (String weak : List.of("-cbc", "sha1", "group14", "ssh-rsa", "ssh-dss", "zlib", "md5", "-cert-")) {
                assertFalse(all.contains(weak), weak + " in " + all);
            }
            String keyExchanges = offered.get(KexProposalOption.ALGORITHMS);
            assertTrue(keyExchanges.startsWith("mlkem768x25519-sha256"), keyExchanges);
            assertTrue(keyExchanges.contains("kex-strict-s-v00@openssh.com"), keyExchanges);
            assertTrue(offered.get(KexProposalOption.S2CENC).startsWith("aes128-gcm@openssh.com"));
        }
    }

    @Test
    void everyCipherWorks() throws Exception {
        for (var cipher :
                List.of(BuiltinCiphers.aes128gcm, BuiltinCiphers.cc20p1305_openssh, BuiltinCiphers.aes256ctr)) {
            fixture.client.setCipherFactories(List.of(cipher));
            try (var session = fixture.logIn("alice");
                    var sftp = sftp(session)) {
                assertEquals("/", sftp.canonicalPath("."), NamedResource.getNames(List.of(cipher)));
            }
        }
    }

    @Test
    void hostKeysArePrivateAndKeptOverARestart() throws Exception {
        Path keys = folder.resolve("host-keys");
        Path ed25519 = keys.resolve("ssh_host_ed25519_key");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(ed25519)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(keys)));
        byte[] before = Files.readAllBytes(ed25519);
        assertEquals(2, HostKeys.load(keys).size());
        assertArrayEquals(before, Files.readAllBytes(ed25519));
        Files.setPosixFilePermissions(ed25519, PosixFilePermissions.fromString("rw-r--r--"));
        var failure = assertThrows(IOException.class, () -> HostKeys.load(keys));
        assertTrue(failure.getMessage().contains("chmod 600"), failure.getMessage());
    }

    @Test
    void aServerThatEndsStoresWhatIsPending() throws Exception {
        var session = fixture.logIn("alice");
        var sftp = sftp(session);
        var handle = sftp.open("/pending", OpenMode.Create, OpenMode.Write);
        sftp.write(handle, 0, "written".getBytes(StandardCharsets.UTF_8));
        fixture.server.close();
        assertEquals(
                7,
                fixture.volume
                        .meta()
                        .node(fixture.volume.lookup("pending").inode())
                        .length());
        session.close(true);
    }
}
