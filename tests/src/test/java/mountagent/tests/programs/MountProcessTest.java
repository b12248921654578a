package mountagent.tests.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The life of a mount as processes, signals and the kernel see it.
final class MountProcessTest {
    private static final Pattern PID = Pattern.compile("\"ProcessID\": (\\d+)");
    private static final int ENDED_BY_SIGTERM = 143;

    @TempDir
    Path home = Path.of("/");

    private Path mount = Path.of("/");

    @BeforeEach
    void makeAVolume() throws Exception {
        Program.assumeMounting();
        home = home.toRealPath();
        mount = home.resolve("mnt");
        assertEquals(new Program.Result(0, ""), run("format", "-q", "--bucket", "objects", url(), "test"));
    }

    @AfterEach
    void endTheMount() throws Exception {
        if (Program.isMounted(mount)) {
            run("umount", "--force", mount);
        }
    }

    @Test
    void aMountInTheBackgroundIsReadyWhenItsCommandReturns() throws Exception {
        var started = mountInBackground();
        assertTrue(started.output().contains("OK, test is ready at \"" + mount + "\""), started.output());
        Files.writeString(mount.resolve("file"), "text");
        var process = process();
        assertEquals(new Program.Result(0, ""), run("umount", mount));
        assertFalse(process.isAlive(), "umount returned before process " + process.pid() + " had ended");
        assertFalse(Program.isMounted(mount));
        assertTrue(run("status", "-q", url()).output().contains("\"Sessions\": []"));
        mountInBackground();
        assertEquals("text", Files.readString(mount.resolve("file")));
    }

    @Test
    void aMountInTheBackgroundThatFailsSaysWhy() throws Exception {
        Files.writeString(home.resolve("file"), "");
        var started = run("mount", "-d", "--log", "log", url(), "file");
        assertEquals(1, started.status(), started.output());
        assertTrue(
                started.output().contains("juicefs: mount point " + home.resolve("file") + " is not a directory"),
                started.output());
    }

    @Test
    void aMountPointIsNotUsedTwice() throws Exception {
        mountInBackground();
        var second = run("mount", "-d", "--log", "log", url(), mount);
        assertEquals(1, second.status(), second.output());
        assertTrue(second.output().contains("is a mount of JuiceFS:test already"), second.output());
        Files.writeString(mount.resolve("file"), "still works");
    }

    @Test
    void aProcessToldToEndUnmountsAndStoresWhatIsPending() throws Exception {
        var output = home.resolve("foreground.log");
        var process = program().start(output, "mount", url(), mount);
        Program.await("it is mounted", () -> Program.isMounted(mount));
        var open = FileChannel.open(mount.resolve("open"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        open.write(ByteBuffer.wrap("written, not closed".getBytes(StandardCharsets.UTF_8)));
        process.destroy();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> text(output));
        closeOnDeadMount(open);
        assertEquals(ENDED_BY_SIGTERM, process.exitValue(), () -> text(output));
        assertFalse(Program.isMounted(mount));
        mountInBackground();
        assertEquals("written, not closed", Files.readString(mount.resolve("open")));
    }

    @Test
    void whatWasClosedSurvivesAKillAndTheDeadMountIsCleared() throws Exception {
        mountInBackground();
        Files.writeString(mount.resolve("file"), "text");
        process().destroyForcibly();
        Program.await("the mount is dead", () -> !Files.isDirectory(mount));
        assertTrue(Program.isMounted(mount));
        mountInBackground();
        assertEquals("text", Files.readString(mount.resolve("file")));
        var status = run("status", "-q", url()).output();
        assertEquals(1, PID.matcher(status).results().count(), status);
    }

    @Test
    void aBusyMountIsOnlyUnmountedByForce() throws Exception {
        mountInBackground();
        var user = new ProcessBuilder("sleep", "600").directory(mount.toFile()).start();
        try {
            var refused = run("umount", mount);
            assertEquals(1, refused.status(), refused.output());
            assertTrue(refused.output().contains("end the programs that use it, or give --force"), refused.output());
            var process = process();
            var forced = run("umount", "--force", mount);
            assertEquals(0, forced.status(), forced.output());
            assertFalse(Program.isMounted(mount));
            assertFalse(process.isAlive(), "process " + process.pid() + " goes on");
        } finally {
            user.destroyForcibly();
        }
    }

    @Test
    void whatIsNoMountIsNotUnmounted() throws Exception {
        assertEquals(
                new Program.Result(1, "juicefs: " + home + " is not a mount point: nothing to unmount\n"),
                run("umount", home));
    }

    private static void closeOnDeadMount(FileChannel open) {
        try {
            open.close();
        } catch (IOException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("not connected"), e.getMessage());
        }
    }

    private Program program() throws IOException {
        return new Program(home);
    }

    private Program.Result run(Object... args) throws IOException, InterruptedException {
        return program().run(args);
    }

    private Program.Result mountInBackground() throws IOException, InterruptedException {
        var started = run("mount", "-d", "--log", "log", url(), mount);
        assertEquals(0, started.status(), () -> started.output() + text(home.resolve("log")));
        return started;
    }

    private ProcessHandle process() throws IOException, InterruptedException {
        var found = PID.matcher(run("status", "-q", url()).output());
        assertTrue(found.find(), "no session");
        return ProcessHandle.of(Long.parseLong(found.group(1))).orElseThrow();
    }

    private String url() {
        return "sqlite3://" + home.resolve("meta.db");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "no " + file + ": " + e.getMessage();
        }
    }
}
