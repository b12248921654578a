package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import mountagent.base.Program;
import mountagent.sftp.users.Authorities;
import mountagent.sftp.users.KeyFiles;
import mountagent.sftp.users.UserEdit;
import mountagent.sftp.users.UserFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Log-ins with certificates of users, as ssh-keygen makes them and OpenSSH's sftp shows them.
@Timeout(120)
final class CertificateTest {
    @TempDir
    Path folder = Path.of("/");

    private ServerFixture fixture;

    @BeforeEach
    void start() throws Exception {
        run("ssh-keygen -q -t ed25519 -N '' -f ca && ssh-keygen -q -t ed25519 -N '' -f other-ca");
        run("ssh-keygen -q -t ed25519 -N '' -f user");
        fixture = ServerFixture.start(folder, new KeyFiles(folder.resolve("ca.pub"), null));
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private String run(String script) throws Exception {
        return Program.run(folder, script);
    }

    /// Signs the user's key as `options` of ssh-keygen say.
    private void sign(String options) throws Exception {
        run("ssh-keygen -q -I test -z 7 " + options + " user.pub");
    }

    /// Whether `user` gets in with the certificate that was signed last.
    private boolean letsIn(String user, String key) throws Exception {
        Files.writeString(folder.resolve("batch"), "pwd\n");
        String status = run("sftp -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes"
                + " -o IdentitiesOnly=yes -o IdentityFile=" + key + " -o CertificateFile=" + key + "-cert.pub -P "
                + fixture.port() + " -b batch " + user + "@127.0.0.1 >said 2>&1 && echo in || echo out");
        return status.equals("in");
    }

    private boolean letsIn(String user) throws Exception {
        return letsIn(user, "user");
    }

    @Test
    void aCertificateOfATrustedAuthorityLetsItsPrincipalIn() throws Exception {
        sign("-s ca -n bob,alice -V -1m:+1h");
        assertTrue(letsIn("alice"));
        assertEquals(false, letsIn("reader"), "not a principal");
        assertEquals(false, letsIn("nobody"), "no such user");
        assertEquals(false, letsIn("elsewhere"), "not from this address");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-s ca -n alice -V 20200101:20200102",
                "-s ca -n alice -V +1h:+2h",
                "-s ca -n bob",
                "-s ca",
                "-s other-ca -n alice",
                "-s ca -h -n alice",
                "-s ca -n alice -O source-address=10.0.0.0/8",
                "-s ca -n alice -O force-command=ls",
                "-s ca -n alice -O verify-required",
                "-s ca -n alice -O critical:unknown@example.com=x"
            })
    void aCertificateThatDoesNotFitLetsNobodyIn(String options) throws Exception {
        sign(options);
        assertEquals(false, letsIn("alice"));
        run("grep -q 'Permission denied' said");
    }

    @Test
    void sourceAddressesAreHonoured() throws Exception {
        sign("-s ca -n alice -O source-address=10.0.0.0/8,127.0.0.0/8 -O extension:anything@example.com");
        assertTrue(letsIn("alice"), "an extension that is not known is passed over, as it may");
    }

    @Test
    void certificatesOfEveryKindOfKeyWork() throws Exception {
        for (String type : new String[] {"rsa -b 2048", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521"}) {
            String name = type.replace(" ", "");
            run("ssh-keygen -q -t " + type + " -N '' -f " + name);
            run("ssh-keygen -q -s ca -I test -n alice " + name + ".pub");
            assertTrue(letsIn("alice", name), type);
        }
    }

    @Test
    void weakSignaturesAndKeysAreRefused() throws Exception {
        fixture.close();
        run("ssh-keygen -q -t rsa -b 2048 -N '' -f rsa-ca && cat rsa-ca.pub >> ca.pub && rm users key -r host-keys");
        fixture = ServerFixture.start(folder, new KeyFiles(folder.resolve("ca.pub"), null));
        sign("-s rsa-ca -t rsa-sha2-256 -n alice");
        assertTrue(letsIn("alice"));
        sign("-s rsa-ca -t ssh-rsa -n alice");
        assertEquals(false, letsIn("alice"), "signed with SHA-1");
        run("ssh-keygen -q -t rsa -b 1024 -N '' -f short && ssh-keygen -q -s ca -I test -n alice short.pub");
        assertEquals(false, letsIn("alice", "short"), "a key of 1024 bits");
    }

    @Test
    void aCertificateThatWasChangedLetsNobodyIn() throws Exception {
        sign("-s ca -n reader");
        String[] words = Files.readString(folder.resolve("user-cert.pub")).split(" ", -1);
        String bytes = new String(Base64.getDecoder().decode(words[1]), StandardCharsets.ISO_8859_1);
        String forged = bytes.replace("\0\0\0\6reader", "\0\0\0\6alice!").replace("alice!", "reades");
        Files.writeString(
                folder.resolve("user-cert.pub"),
                words[0] + " " + Base64.getEncoder().encodeToString(forged.getBytes(StandardCharsets.ISO_8859_1))
                        + " x\n");
        addUser("reades");
        assertEquals(false, letsIn("reades"));
        sign("-s ca -n reades");
        assertTrue(letsIn("reades"), "the same, signed");
    }

    private void addUser(String name) throws Exception {
        var file = new UserFile(folder.resolve("users"));
        var users = new java.util.TreeMap<>(file.read());
        users.put(name, new UserEdit(mountagent.sftp.users.SftpUser.of(name, 1005, 1005)).result());
        file.write(users);
    }

    @Test
    void aUserMayTrustAnAuthorityOfItsOwn() throws Exception {
        sign("-s other-ca -n team");
        assertEquals(false, letsIn("alice"));
        String key = Files.readString(folder.resolve("other-ca.pub")).strip();
        addKey("alice", "cert-authority,principals=\"ops,team\",from=\"127.0.0.1\" " + key);
        assertTrue(letsIn("alice"));
        assertEquals(false, letsIn("reader"), "another one's authority");
        sign("-s other-ca -n alice");
        assertEquals(false, letsIn("alice"), "principals are those of the line");
        sign("-s other-ca");
        assertEquals(false, letsIn("alice"), "no principals at all");
        run("cp other-ca plain && cp other-ca.pub plain.pub");
        run("rm -f plain-cert.pub && ssh-keygen -q -s ca -I test -n nobody plain.pub");
        assertEquals(false, letsIn("alice", "plain"), "an authority's key is no key to log in with");
    }

    private void addKey(String name, String line) throws Exception {
        var file = new UserFile(folder.resolve("users"));
        var users = new java.util.TreeMap<>(file.read());
        users.computeIfPresent(
                name, (_, user) -> new UserEdit(user).with("key", line).result());
        file.write(users);
    }

    @Test
    void aFileOfAuthoritiesIsCheckedAtStart() throws Exception {
        Path file = folder.resolve("authorities");
        Files.writeString(file, "# nobody\n");
        assertSays(file, "no key");
        Files.writeString(file, "\nssh-ed25519 AAAA\n");
        assertSays(file, "line 2");
        Files.copy(folder.resolve("ca.pub"), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        assertSays(file, "chmod go-w");
    }

    private static void assertSays(Path file, String words) {
        var failure = assertThrows(IOException.class, () -> Authorities.of(file));
        assertTrue(failure.getMessage().contains(words), failure.getMessage());
    }
}
