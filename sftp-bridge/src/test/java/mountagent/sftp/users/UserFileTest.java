package mountagent.sftp.users;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The file of users, and what is in it.
final class UserFileTest {
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKEWurTL9N53SBJaBYFAgOFMFqIydhOexHgQgqj8cKJZ somebody";

    @TempDir
    Path folder = Path.of("/");

    private UserFile file(String text) throws IOException {
        Path path = folder.resolve("users");
        Files.deleteIfExists(path);
        Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(path, text);
        return new UserFile(path);
    }

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        String hash = PasswordHash.of("a long secret".toCharArray(), new SecureRandom());
        var user = new SftpUser(
                "alice",
                1000,
                -2,
                List.of(7, 8),
                "/home/alice",
                077,
                true,
                true,
                hash,
                List.of(KEY),
                List.of("10.0.0.0/8"),
                List.of("::1"));
        var file = new UserFile(folder.resolve("new/users"));
        file.write(Map.of("alice", user, "bob", SftpUser.of("bob", 5, 6)));
        assertEquals(Map.of("alice", user, "bob", SftpUser.of("bob", 5, 6)), file.read());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())));
        assertFalse(user.toString().contains("argon2"), "no secret in what a log could show");
    }

    @Test
    void aFileThatIsNotThereHasNoUsers() throws Exception {
        assertTrue(new UserFile(folder.resolve("none")).read().isEmpty());
    }

    @Test
    void aFileThatOthersMayReadIsRefused() throws Exception {
        var file = file("[a]\nuid = 1\ngid = 1\n");
        Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-r-----"));
        var failure = assertThrows(IOException.class, file::read);
        assertTrue(failure.getMessage().contains("chmod 600"), failure.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uid = 1",
                "[a]\nuid",
                "[a b]",
                "[a]\nuid = 1",
                "[a]\nuid = x",
                "[a]\nuid = -1",
                "[a]\nuid = 4294967295",
                "[a]\nuid = 1\ngid = 1\n[a]\nuid = 1\ngid = 1",
                "[a]\nnothing = 1",
                "[a]\nroot = relative",
                "[a]\numask = 9",
                "[a]\npassword = plain",
                "[a]\nkey = ssh-rsa",
                "[a]\nallow = example.org",
                "[a]\nallow = 10.0.0.0/33",
                "[a]\nread-only = maybe"
            })
    void aWrongLineIsNamed(String text) throws Exception {
        var file = file(text + "\n");
        var failure = assertThrows(IOException.class, file::read);
        assertTrue(failure.getMessage().matches("(?s).*users line \\d+: .+"), failure.getMessage());
    }

    @Test
    void passwordsMatchTheirOwnHashOnly() {
        String hash = PasswordHash.of("päss wörd".toCharArray(), new SecureRandom());
        assertTrue(PasswordHash.isOne(hash));
        assertTrue(PasswordHash.matches("päss wörd".toCharArray(), hash));
        assertFalse(PasswordHash.matches("pass word".toCharArray(), hash));
        assertFalse(PasswordHash.matches("".toCharArray(), hash));
        assertFalse(PasswordHash.isOne(hash.replace("m=19456", "m=9999999")), "it would take all memory");
    }

    @Test
    void optionsOfKeysAreHonouredOrRefused() throws Exception {
        var here = InetAddress.getByName("10.1.2.3");
        var elsewhere = InetAddress.getByName("192.168.1.1");
        var now = Instant.parse("2026-11-30T12:00:00Z");
        var limited = UserKey.of("from=\"10.0.0.0/8,!10.9.0.0/16\",expiry-time=\"20270101Z\",restrict " + KEY);
        assertTrue(limited.isValid(new KeyUse(here, now)));
        assertFalse(limited.isValid(new KeyUse(elsewhere, now)));
        assertFalse(limited.isValid(new KeyUse(InetAddress.getByName("10.9.1.1"), now)));
        assertFalse(limited.isValid(new KeyUse(here, Instant.parse("2027-01-01T00:00:00Z"))));
        assertTrue(UserKey.of(KEY).isValid(new KeyUse(elsewhere, now)));
        for (String option :
                List.of("command=\"ls\"", "principals=\"a\"", "environment=\"A=b\"", "expiry-time=\"soon\"")) {
            assertThrows(IllegalArgumentException.class, () -> UserKey.of(option + " " + KEY), option);
        }
    }

    @Test
    void userZeroIsNobodyUnlessSaidOtherwise() {
        var root = new UserEdit(SftpUser.of("root", 0, 0)).with("groups", "0 7").result();
        assertEquals(new Squash.Identity(65534, 65534, List.of(7)), Squash.USUAL.of(root));
        var ofGroup = SftpUser.of("a", 5, 0);
        assertEquals(new Squash.Identity(5, 65534, List.of()), Squash.USUAL.of(ofGroup));
        var allowed = new UserEdit(root).with("allow-uid-0", "true").result();
        assertEquals(new Squash.Identity(0, 0, List.of(0, 7)), Squash.USUAL.of(allowed));
        var toAnother = new Squash(Squash.Mode.ROOT, 99, 98);
        assertEquals(new Squash.Identity(99, 98, List.of(7)), toAnother.of(root));
        var all = new Squash(Squash.Mode.ALL, 99, 98);
        assertEquals(new Squash.Identity(99, 98, List.of()), all.of(allowed));
        assertEquals(new Squash.Identity(99, 98, List.of()), all.of(SftpUser.of("a", 5, 6)));
        var none = new Squash(Squash.Mode.NONE, 99, 98);
        assertEquals(new Squash.Identity(0, 0, List.of(0, 7)), none.of(root));
    }

    @Test
    void aFileThatChangesIsReadAgainAndABadOneChangesNothing() throws Exception {
        var file = file("[a]\nuid = 1\ngid = 1\n");
        var users = Users.of(file, Squash.USUAL);
        assertEquals("a", users.nameOf(1));
        file.write(Map.of("bob", SftpUser.of("bob", 5, 6)));
        assertTrue(users.find("bob").isPresent());
        assertTrue(users.find("a").isEmpty());
        Files.writeString(file.path(), "nonsense that is longer");
        assertTrue(users.find("bob").isPresent());
    }
}
