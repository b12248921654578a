package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `juicefs sftp-user` as its user sees it.
final class SftpUserCommandTest {
    @TempDir
    Path home = Path.of("/");

    private Path file = Path.of("/");

    @BeforeEach
    void begin() {
        file = home.resolve("users");
    }

    private record Ran(int status, String out, String err) {}

    private Ran run(String typed, String... args) {
        var terminal = new Terminal(home).typing(typed);
        int status = terminal.run(args);
        return new Ran(status, terminal.out(), terminal.err());
    }

    @Test
    void aUserIsAddedChangedListedAndRemoved() throws Exception {
        var added = run(
                "a long password\n",
                "sftp-user",
                "add",
                "alice",
                "--sftp-users",
                file.toString(),
                "--uid",
                "1000",
                "--gid",
                "100",
                "--root",
                "/home",
                "--password");
        assertEquals(0, added.status(), added.err());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertFalse(Files.readString(file).contains("a long password"));
        assertTrue(Files.readString(file).contains("$argon2id$"));
        assertEquals(
                0,
                run("", "sftp-user", "set", "alice", "--sftp-users", file.toString(), "--read-only")
                        .status());
        var listed = run("", "sftp-user", "list", "--sftp-users", file.toString());
        assertTrue(listed.out().contains("alice\t1000\t100\t/home\tread-only\tyes\t0"), listed.out());
        assertFalse(listed.out().contains("argon2"));
        assertEquals(
                0,
                run("", "sftp-user", "remove", "alice", "--sftp-users", file.toString())
                        .status());
        assertFalse(Files.readString(file).contains("alice"));
    }

    @Test
    void whatIsWrongIsSaidInOneLine() {
        assertFails("needs --uid and --gid", "add", "bob");
        assertFails("uid (x) must be a number", "add", "bob", "--uid", "x", "--gid", "1");
        assertFails("there is no user bob", "set", "bob", "--uid", "1");
        assertFails("there is no user bob", "remove", "bob");
        assertFails("is no name of a user", "add", "b b", "--uid", "1", "--gid", "1");
        assertFails("one name of a user is needed", "add");
        assertFails("must be add, set, remove or list", "frob", "bob");
        assertFails("a public key is one line", "add", "bob", "--uid", "1", "--gid", "1", "--key", "nonsense");
        assertFails("at least 8 characters", "add", "bob", "--uid", "1", "--gid", "1", "--password");
        assertFails("is no address", "add", "bob", "--uid", "1", "--gid", "1", "--allow", "example.org");
    }

    private void assertFails(String words, String... args) {
        var all = new java.util.ArrayList<>(java.util.List.of("sftp-user"));
        all.addAll(java.util.List.of(args));
        all.addAll(java.util.List.of("--sftp-users", file.toString()));
        var failed = run("short\n", all.toArray(String[]::new));
        assertEquals(1, failed.status());
        assertTrue(failed.err().contains(words), failed.err());
        assertEquals(1, failed.err().lines().count(), failed.err());
    }
}
