package mountagent.tests.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SFTP as processes see it: alone, and beside a mount in one process on one core.
final class SftpProcessTest {
    private static final int ENDED_BY_SIGTERM = 143;

    @TempDir
    Path home = Path.of("/");

    private Path mount = Path.of("/");
    private int port;

    @BeforeEach
    void makeAVolumeWithAUser() throws Exception {
        home = home.toRealPath();
        mount = home.resolve("mnt");
        run("format", "-q", "--bucket", "objects", url(), "test");
        mountagent.base.Program.run(home, "ssh-keygen -q -t ed25519 -N '' -f key");
        var added = run(
                "sftp-user",
                "add",
                "tester",
                "--sftp-users",
                "users",
                "--uid",
                "0",
                "--gid",
                "0",
                "--allow-uid-0",
                "--key-file",
                "key.pub");
        assertEquals(new Program.Result(0, ""), added);
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    @AfterEach
    void endTheMount() throws Exception {
        if (Program.isMounted(mount)) {
            run("umount", "--force", mount);
        }
    }

    private String sftp(String... lines) throws Exception {
        Files.writeString(home.resolve("batch"), String.join("\n", lines) + "\n");
        return mountagent.base.Program.run(
                home,
                "sftp -q -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
                        + " -o IdentitiesOnly=yes -o IdentityFile=key -P " + port + " -b batch tester@127.0.0.1");
    }

    private Process startAlone(Path output, String... flags) throws Exception {
        List<Object> words = new ArrayList<>(List.of("sftp", url(), "--listen", "127.0.0.1:" + port));
        words.addAll(List.of("--sftp-users", "users", "--sftp-host-keys", "host-keys"));
        words.addAll(List.of(flags));
        var process = new Program(home).start(output, words.toArray());
        Program.await("it listens", () -> Files.readString(output).contains("listens on") || !process.isAlive());
        assertTrue(process.isAlive(), Files.readString(output));
        return process;
    }

    @Test
    void aServerWithoutAMountServesUntilItIsToldToEnd() throws Exception {
        var output = home.resolve("sftp.log");
        var process = startAlone(output);
        Files.writeString(home.resolve("local"), "there and back");
        sftp("put local remote", "get remote again");
        assertEquals("there and back", Files.readString(home.resolve("again")));
        assertTrue(run("status", "-q", url()).output().contains("\"MountPoint\": \"sftp\""));
        process.destroy();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> text(output));
        assertEquals(ENDED_BY_SIGTERM, process.exitValue(), () -> text(output));
        assertTrue(run("status", "-q", url()).output().contains("\"Sessions\": []"));
        assertTrue(run("fsck", "-q", url()).status() == 0);
    }

    @Test
    void whatWasUploadedSurvivesAKill() throws Exception {
        var process = startAlone(home.resolve("sftp.log"));
        Files.writeString(home.resolve("local"), "closed");
        sftp("put local remote");
        process.destroyForcibly().waitFor();
        var second = startAlone(home.resolve("second.log"));
        sftp("get remote again");
        assertEquals("closed", Files.readString(home.resolve("again")));
        second.destroy();
        assertTrue(second.waitFor(60, TimeUnit.SECONDS));
    }

    @Test
    void whoIsSquashedAndWhatIsDoneToFilesIsInTheLog() throws Exception {
        var output = home.resolve("sftp.log");
        var process = startAlone(output, "--sftp-log-files", "--sftp-squash", "all", "--sftp-squash-to", "7:8");
        var listed = sftp("put key.pub /mine", "ls -ln /mine");
        assertTrue(listed.matches("(?s).* tester +8 .*"), listed);
        process.destroy();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> text(output));
        var said = text(output);
        assertTrue(said.contains("user tester is connected from /127.0.0.1 with key SHA256:"), said);
        assertTrue(said.contains("tester 127.0.0.1 open \"/mine\" for write,create,truncate: done"), said);
        assertTrue(said.contains("tester 127.0.0.1 close \"/mine\" read 0 written "), said);
        var failed = run("sftp", url(), "--sftp-squash", "some");
        assertEquals(1, failed.status());
        assertTrue(failed.output().contains("--sftp-squash some: it must be root, all or none"), failed.output());
    }

    @Test
    void aServerThatCannotListenSaysWhy() throws Exception {
        try (var taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            var failed = run(
                    "sftp",
                    url(),
                    "--listen",
                    "127.0.0.1:" + taken.getLocalPort(),
                    "--sftp-users",
                    "users",
                    "--sftp-host-keys",
                    "host-keys");
            assertEquals(1, failed.status(), failed.output());
            assertTrue(failed.output().contains("juicefs: cannot serve SFTP: cannot listen on"), failed.output());
        }
    }

    @Test
    void aMountAndSftpOfOneProcessSeeEachOtherAtOnce() throws Exception {
        Program.assumeMounting();
        var started = run(
                "mount",
                "-d",
                "--log",
                "log",
                "--sftp",
                "127.0.0.1:" + port,
                "--sftp-users",
                "users",
                "--sftp-host-keys",
                "host-keys",
                url(),
                mount);
        assertEquals(0, started.status(), () -> started.output() + text(home.resolve("log")));
        Files.writeString(mount.resolve("file"), "by fuse, long");
        sftp("get file seen");
        assertEquals("by fuse, long", Files.readString(home.resolve("seen")));
        try (var open = FileChannel.open(mount.resolve("file"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assertEquals("by fuse, long", contents(open), "now in the kernel's cache");
            Files.writeString(home.resolve("local"), "by SFTP");
            sftp("put local file");
            assertEquals("by SFTP", contents(open), "cut and written by SFTP");
            open.write(ByteBuffer.wrap(", and fuse".getBytes(StandardCharsets.UTF_8)), 7);
            sftp("get file seen");
            assertEquals("by SFTP, and fuse", Files.readString(home.resolve("seen")), "not closed and seen");
            sftp("rename file moved", "chmod 600 moved");
            assertFalse(Files.exists(mount.resolve("file")));
            assertEquals("by SFTP, and fuse", Files.readString(mount.resolve("moved")));
            try (var lock = open.lock()) {
                sftp("get moved seen");
                assertTrue(lock.isValid());
            }
            sftp("rm moved");
            assertEquals("by SFTP, and fuse", contents(open), "open, without a name");
        }
        assertFalse(Files.exists(mount.resolve("moved")));
        assertEquals(new Program.Result(0, ""), run("umount", mount));
        assertTrue(run("fsck", "-q", url()).status() == 0);
    }

    private static String contents(FileChannel file) throws IOException {
        var bytes = ByteBuffer.allocate(100);
        int count = file.read(bytes, 0);
        return new String(bytes.array(), 0, Math.max(0, count), StandardCharsets.UTF_8);
    }

    private Program.Result run(Object... args) throws IOException, InterruptedException {
        return new Program(home).run(args);
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
