package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import mountagent.frontend.MountRequest.MountOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commands as they are typed, with what they print and end with.
final class ProgramTest {
    @TempDir
    Path home = Path.of("/");

    private Terminal terminal = new Terminal();

    @BeforeEach
    void openTerminal() {
        terminal = new Terminal(home);
    }

    @Test
    void helpNamesEveryCommand() {
        assertEquals(0, terminal.run("--help"));
        for (var command : new String[] {"format", "mount", "umount", "status", "version", "completion", "help"}) {
            assertTrue(terminal.out().contains("\n  " + command + " "), terminal.out());
        }
        assertEquals("", terminal.err());
    }

    @Test
    void withoutACommandTheUsageIsShownOnce() {
        assertEquals(0, terminal.run());
        assertEquals(terminal.out().indexOf("Usage:"), terminal.out().lastIndexOf("Usage:"));
    }

    @Test
    void eachCommandExplainsItselfOnce() {
        assertEquals(0, terminal.run("mount", "--help"));
        assertTrue(terminal.out().startsWith("Usage: juicefs mount"), terminal.out());
        assertEquals(0, terminal.out().lastIndexOf("Usage:"));
    }

    @Test
    void theVersionIsTheFormatsWithOursBehindIt() {
        assertEquals(0, terminal.run("version"));
        assertTrue(
                terminal.out().matches("juicefs version 1\\.4\\.1\\+mountagent-\\d+\\.\\d+\\.\\d+\\n"), terminal.out());
    }

    @Test
    void theCompletionScriptKnowsTheCommands() {
        assertEquals(0, terminal.run("completion", "bash"));
        assertTrue(terminal.out().contains("umount"), "no umount in the script");
        assertEquals(1, terminal.run("completion", "fish"));
        assertEquals("juicefs: no completion for \"fish\": give bash or zsh\n", terminal.err());
    }

    @Test
    void missingArgumentsAreOneLineOnStderr() {
        assertEquals(1, terminal.run("format", "sqlite3://m.db"));
        assertEquals("juicefs: Missing required parameter: 'NAME'; see juicefs format --help\n", terminal.err());
    }

    @Test
    void aMountNeedsAVolumeAndAPlace() {
        assertEquals(1, terminal.run("mount", "sqlite3://m.db"));
        assertEquals(
                "juicefs: mount needs a volume and a mount point: juicefs mount VOLUME MOUNTPOINT\n", terminal.err());
    }

    @Test
    void valuesThatMakeNoSenseAreNamedWithTheirFlag() {
        assertEquals(1, terminal.run("mount", "--buffer-size", "300MB", "sqlite3://m.db", "mnt"));
        assertTrue(terminal.err().startsWith("juicefs: --buffer-size: \"300MB\" is no size"), terminal.err());
        assertFalse(Files.exists(home.resolve("m.db")));
    }

    @Test
    void theTraceIsShownOnlyWhenAskedFor() {
        terminal.run("status", "sqlite3://missing.db");
        assertEquals(1, terminal.err().lines().count(), terminal.err());
        terminal.run("status", "--verbose", "sqlite3://missing.db");
        assertTrue(terminal.err().contains("CommandFailure"), terminal.err());
    }

    @Test
    void passwordsAreMaskedInEveryMessage() {
        terminal.run("status", "redis://:secret@host/1");
        terminal.run("mount", "--verbose", "mysql://root:secret@(host)/d", "mnt");
        assertFalse(terminal.err().contains("secret"), terminal.err());
        assertTrue(terminal.err().contains("****"), terminal.err());
    }

    @Test
    void createMakesAVolumeAndMountsItAgainLater() {
        assertEquals(0, terminal.run("mount", "--create", "demo", "mnt"), terminal::err);
        assertTrue(Files.isDirectory(home.resolve("mnt")));
        assertTrue(Files.exists(home.resolve(".local/share/mountagent/demo/meta.db")));
        assertEquals("demo", terminal.frontEnd().request().volumeName());
        var uuid = uuid();
        assertEquals(0, terminal.run("mount", "--create", "demo", "mnt"), terminal::err);
        assertEquals(0, terminal.run("mount", "demo", "mnt"), terminal::err);
        assertEquals(uuid, uuid());
    }

    @Test
    void createRefusesANameThatIsRegisteredForAnotherVolume() throws Exception {
        assertEquals(0, terminal.run("format", "sqlite3://m.db", "demo", "--bucket", "b"), terminal::err);
        assertEquals(1, terminal.run("mount", "--create", "demo", "mnt"));
        assertEquals(
                "juicefs: --create demo: a volume of that name is registered for sqlite3://" + home.resolve("m.db")
                        + "; mount it without --create, or choose another name\n",
                terminal.err());
    }

    @Test
    void flagsReachTheFrontEnd() {
        assertEquals(
                0,
                terminal.run(
                        "mount",
                        "--create",
                        "demo",
                        "mnt",
                        "-enable-xattr",
                        "--attr-cache",
                        "2s",
                        "--entry-cache=500ms",
                        "-o",
                        "allow_other,nonempty,no_io_uring",
                        "--no-usage-report"),
                terminal::err);
        var request = terminal.frontEnd().request();
        assertEquals(Duration.ofSeconds(2), request.attrTimeout());
        assertEquals(Duration.ofMillis(500), request.entryTimeout());
        assertEquals(Duration.ofSeconds(1), request.directoryEntryTimeout());
        assertEquals(
                Set.of(MountOption.ALLOW_OTHER, MountOption.NON_EMPTY, MountOption.EXTENDED_ATTRIBUTES),
                request.options());
    }

    @Test
    void capabilitiesAndLabelsAreShownOnlyWhenAskedFor() {
        assertEquals(0, terminal.run("mount", "--create", "demo", "mnt", "--enable-cap"));
        assertTrue(terminal.frontEnd().request().has(MountOption.FILE_CAPABILITIES));
        assertTrue(terminal.frontEnd().request().has(MountOption.EXTENDED_ATTRIBUTES), "implied");
        assertFalse(terminal.frontEnd().request().has(MountOption.SELINUX_LABELS));
        assertEquals(0, terminal.run("mount", "demo", "mnt", "--enable-selinux"));
        assertTrue(terminal.frontEnd().request().has(MountOption.SELINUX_LABELS));
        assertFalse(terminal.frontEnd().request().has(MountOption.FILE_CAPABILITIES));
    }

    @Test
    void registeredFlagsHoldUntilTypedOnesSayOtherwise() throws Exception {
        assertEquals(0, terminal.run("format", "sqlite3://m.db", "demo", "--bucket", "b"), terminal::err);
        var file = home.resolve(".config/mountagent/volumes/demo.conf");
        Files.writeString(file, Files.readString(file) + "options = --attr-cache 7s --enable-xattr\n");
        assertEquals(0, terminal.run("mount", "demo", "mnt", "--attr-cache", "3s"), terminal::err);
        assertEquals(Duration.ofSeconds(3), terminal.frontEnd().request().attrTimeout());
        assertTrue(terminal.frontEnd().request().has(MountOption.EXTENDED_ATTRIBUTES));
    }

    @Test
    void ringsAreAskedForByTheNamesOfLibfuse() {
        assertEquals(0, terminal.run("mount", "--create", "demo", "mnt", "-o", "io_uring,io_uring_q_depth=8"));
        assertTrue(terminal.frontEnd().request().has(MountOption.IO_URING));
        assertEquals(8, terminal.frontEnd().request().ringDepth());
        assertTrue(terminal.frontEnd().request().has(MountOption.IO_URING_EXPECTED));
        assertEquals(0, terminal.run("mount", "demo", "mnt"));
        assertTrue(terminal.frontEnd().request().has(MountOption.IO_URING), "where the kernel has them");
        assertFalse(terminal.frontEnd().request().has(MountOption.IO_URING_EXPECTED));
        assertEquals(0, terminal.run("mount", "demo", "mnt", "-o", "no_io_uring"));
        assertFalse(terminal.frontEnd().request().has(MountOption.IO_URING));
    }

    @Test
    void depthsOfRingsThatMakeNoSenseAreRefused() {
        assertEquals(1, terminal.run("mount", "--create", "demo", "mnt", "-o", "io_uring,io_uring_q_depth=3"));
        assertEquals(1, terminal.run("mount", "--create", "demo", "mnt", "-o", "io_uring,io_uring_q_depth=many"));
        assertEquals(1, terminal.run("mount", "--create", "demo", "mnt", "-o", "io_uring_q_depth=8,no_io_uring"));
        assertEquals("""
                juicefs: -o io_uring_q_depth=3: give a number from 4 to 1024
                juicefs: -o io_uring_q_depth=many: give a number from 4 to 1024
                juicefs: -o io_uring_q_depth=8 says nothing with -o no_io_uring
                """, terminal.err());
    }

    @Test
    void mountOptionsThatAreNotBuiltAreRefused() {
        assertEquals(1, terminal.run("mount", "--create", "demo", "mnt", "-o", "writeback_cache"));
        assertEquals("juicefs: -o writeback_cache is not built yet\n", terminal.err());
        assertFalse(Files.exists(home.resolve(".local/share/mountagent/demo")));
    }

    private String uuid() {
        var status = new Terminal(home);
        assertEquals(0, status.run("status", "demo"), status::err);
        return status.out()
                .lines()
                .filter(line -> line.contains("UUID"))
                .findFirst()
                .orElseThrow();
    }
}
