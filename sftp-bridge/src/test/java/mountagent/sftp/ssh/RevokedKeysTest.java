package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import mountagent.base.Program;
import mountagent.sftp.users.KeyFiles;
import mountagent.sftp.users.RevokedKeys;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A key that is revoked lets nobody in, from the next log-in on; if it cannot be told which are, none does.
@Timeout(120)
final class RevokedKeysTest {
    @TempDir
    Path folder = Path.of("/");

    private Path revoked = Path.of("/");
    private ServerFixture fixture;

    @BeforeEach
    void start() throws Exception {
        revoked = Files.writeString(folder.resolve("revoked"), "# nobody yet\n");
        run("ssh-keygen -q -t ed25519 -N '' -f ca && ssh-keygen -q -t ed25519 -N '' -f user");
        run("ssh-keygen -q -s ca -I test -n alice user.pub");
        fixture = ServerFixture.start(folder, new KeyFiles(folder.resolve("ca.pub"), revoked));
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private String run(String script) throws Exception {
        return Program.run(folder, script);
    }

    private boolean letsKeyIn() throws Exception {
        try (ClientSession session = fixture.connect("alice")) {
            session.addPublicKeyIdentity(fixture.key);
            session.auth().verify(ServerFixture.WAIT);
            return true;
        } catch (SshException _) {
            return false;
        }
    }

    private boolean letsCertificateIn() throws Exception {
        Files.writeString(folder.resolve("batch"), "pwd\n");
        return run("sftp -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes"
                        + " -o IdentitiesOnly=yes -o IdentityFile=user -o CertificateFile=user-cert.pub -P "
                        + fixture.port() + " -b batch alice@127.0.0.1 >said 2>&1 && echo in || echo out")
                .equals("in");
    }

    @Test
    void aKeyIsRevokedByItselfOrByItsFingerprintAndComesBack() throws Exception {
        assertTrue(letsKeyIn());
        String fingerprint = KeyUtils.getFingerPrint(fixture.key.getPublic());
        for (String line : new String[] {
            PublicKeyEntry.toString(fixture.key.getPublic()) + " alice@desk",
            fingerprint,
            fingerprint + " lost",
            "256 " + fingerprint + " alice@desk (ECDSA)"
        }) {
            Files.writeString(revoked, "\n# lost\n" + line + "\n");
            assertFalse(letsKeyIn(), line);
            Files.writeString(revoked, "");
            assertTrue(letsKeyIn());
        }
    }

    @Test
    void aCertificateIsRevokedByItsKeyOrItsAuthoritys() throws Exception {
        assertTrue(letsCertificateIn());
        run("ssh-keygen -lf user.pub > revoked");
        assertFalse(letsCertificateIn());
        run("cp ca.pub revoked");
        assertFalse(letsCertificateIn());
        assertTrue(letsKeyIn(), "others are not");
        run("ssh-keygen -q -t ed25519 -N '' -f another && cp another.pub revoked");
        assertTrue(letsCertificateIn());
    }

    @Test
    void whileTheFileCannotBeReadNoKeyLetsIn() throws Exception {
        Files.writeString(revoked, "what is this\n");
        assertFalse(letsKeyIn());
        Files.delete(revoked);
        assertFalse(letsKeyIn());
        Files.writeString(revoked, "# all is well\n");
        assertTrue(letsKeyIn());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssh-ed25519",
                "ssh-ed25519 AAAA",
                "ssh-ed25519 !!!!",
                "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJ",
                "SHA256:short",
                "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48",
                "ssh-ed25519-cert-v01@openssh.com AAAA",
                "256",
                "SSHKRL\n\0"
            })
    void whatIsNoKeyIsToldAtStart(String text) throws Exception {
        Files.writeString(revoked, "# one\n" + text);
        if (text.startsWith("SSHKRL")) {
            Files.writeString(revoked, text);
        }
        var failure = assertThrows(IOException.class, () -> RevokedKeys.of(revoked));
        assertTrue(failure.getMessage().contains(revoked + (text.startsWith("SSHKRL") ? " is a KRL" : " line 2")));
    }

    @Test
    void aFileThatOthersMayChangeOrThatIsNotThereIsRefused() throws Exception {
        Files.setPosixFilePermissions(revoked, PosixFilePermissions.fromString("rw-rw-r--"));
        assertThrows(IOException.class, () -> RevokedKeys.of(revoked));
        assertThrows(IOException.class, () -> RevokedKeys.of(folder.resolve("none")));
    }

    @Test
    void everyKindOfKeyHasTheFingerprintThatSshKeygenShows() throws Exception {
        for (String type : new String[] {"rsa -b 2048", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521", "ed25519"}) {
            run("rm -f key key.pub && ssh-keygen -q -t " + type + " -N '' -f key && ssh-keygen -lf key.pub > revoked");
            var entry = AuthorizedKeyEntry.parseAuthorizedKeyEntry(Files.readString(folder.resolve("key.pub")));
            assertTrue(RevokedKeys.of(revoked).contains(entry.resolvePublicKey(null, null, null)), type);
            run("cp key.pub revoked");
            assertTrue(RevokedKeys.of(revoked).contains(entry.resolvePublicKey(null, null, null)), type);
        }
    }
}
