package mountagent.tests.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import mountagent.base.Threads;
import mountagent.meta.redis.RedisProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A mount whose metadata is on a Redis server that keeps everything and wants a password.
final class RedisMountTest {
    private static final String PASSWORD = "tOp-sEcret";

    @TempDir
    Path home = Path.of("/");

    private Path mount = Path.of("/");
    private RedisProcess server;

    @BeforeEach
    void mountAVolume() throws Exception {
        Program.assumeMounting();
        home = home.toRealPath();
        mount = home.resolve("mnt");
        server = RedisProcess.start("--appendonly", "yes", "--appendfsync", "always", "--requirepass", PASSWORD);
        assertEquals(new Program.Result(0, ""), run("format", "-q", "--bucket", "objects", url(), "test"));
        var started = run("mount", "-d", "--log", "log", "--metrics=", "--enable-xattr", url(), mount);
        assertEquals(0, started.status(), started.output());
    }

    @AfterEach
    void endTheMount() throws Exception {
        if (Program.isMounted(mount)) {
            run("umount", "--force", mount);
        }
        server.close();
    }

    private String url() {
        return "redis://:" + PASSWORD + "@127.0.0.1:" + server.port() + "/2";
    }

    private Program.Result run(Object... args) throws IOException, InterruptedException {
        return new Program(home).run(args);
    }

    private String done(Object... args) throws Exception {
        var result = run(args);
        assertEquals(0, result.status(), () -> List.of(args) + ": " + result.output());
        return result.output();
    }

    @Test
    void toolsWorkOnIt() throws Exception {
        Files.createDirectories(mount.resolve("d/e"));
        Files.writeString(mount.resolve("d/a"), "hello");
        Files.createLink(mount.resolve("d/b"), mount.resolve("d/a"));
        Files.writeString(mount.resolve("d/e/c"), "x".repeat(5000));
        assertTrue(done("info", mount.resolve("d/a")).contains("length: 5 Bytes"));
        assertTrue(done("summary", mount.resolve("d")).contains("/"));
        done("clone", mount.resolve("d"), mount.resolve("copy"));
        assertEquals("hello", Files.readString(mount.resolve("copy/b")));
        done("warmup", mount.resolve("d"));
        done("compact", mount.resolve("d"));
        assertTrue(done("stats", "-c", "1", mount).contains("usage"));
        done("rmr", mount.resolve("copy"));
        assertThrows(NoSuchFileException.class, () -> Files.readString(mount.resolve("copy/b")));
        assertTrue(done("status", "-q", url()).contains("\"MountPoint\": \"" + mount + "\""));
        done("umount", mount);
        done("fsck", url());
        done("gc", "--delete", url());
    }

    @Test
    void whatIsWarnedOfInTheBackgroundIsShown() throws Exception {
        done("umount", mount);
        server.authorized(PASSWORD).configSet("appendonly", "no");
        var started = done("mount", "-d", "--log", "log", "--metrics=", url(), mount);
        assertTrue(started.contains("persistence is off"), started);
        assertTrue(started.contains("OK, test is ready"), started);
    }

    @Test
    void itsPasswordIsNowhereToBeSeen() throws Exception {
        for (var process : ProcessHandle.allProcesses().toList()) {
            var file = Path.of("/proc/" + process.pid() + "/cmdline");
            var line = Files.isReadable(file) ? text(file) : "";
            assertFalse(line.contains("mnt") && line.contains(PASSWORD), line);
        }
        done("umount", mount);
        assertFalse(text(home.resolve("log")).contains(PASSWORD), text(home.resolve("log")));
        assertFalse(done("status", url()).contains(PASSWORD));
        var trace = run("config", "--trace", url());
        assertFalse(trace.output().contains(PASSWORD), trace.output());
        assertTrue(trace.output().contains("redis://:****@"), trace.output());
    }

    // ends with a process that is gone meanwhile
    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void itGoesOnWhenItsServerWasStoppedAndStarted() throws Exception {
        Files.writeString(mount.resolve("before"), "text");
        try (var open = FileChannel.open(mount.resolve("before"));
                ExecutorService others = Executors.newCachedThreadPool(Threads.platform("program-"))) {
            assertEquals("text", read(open));
            server.stop();
            assertEquals("text", read(open), "what is cached is read without the server");
            Callable<Path> write = () -> Files.writeString(mount.resolve("during"), "waits");
            Future<Path> written = others.submit(write);
            server.startAgain();
            assertEquals(mount.resolve("during"), written.get(60, TimeUnit.SECONDS));
        }
        assertEquals("waits", Files.readString(mount.resolve("during")));
        server.kill();
        server.startAgain();
        Files.writeString(mount.resolve("after"), "works");
        assertEquals("works", Files.readString(mount.resolve("after")));
        done("umount", mount);
        done("fsck", url());
    }

    private static String read(FileChannel open) throws IOException {
        var buffer = ByteBuffer.allocate(100);
        var count = open.read(buffer, 0);
        return new String(buffer.array(), 0, count, StandardCharsets.UTF_8);
    }
}
