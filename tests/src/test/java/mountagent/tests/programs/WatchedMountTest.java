package mountagent.tests.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A mount watched by its virtual files, by Prometheus, and by the commands that read them.
final class WatchedMountTest {
    private static final Pattern LISTENING = Pattern.compile("Prometheus metrics listening on \"([^\"]+)\"");

    @TempDir
    Path home = Path.of("/");

    private Path mount = Path.of("/");

    @BeforeEach
    void mountAVolume() throws Exception {
        Program.assumeMounting();
        home = home.toRealPath();
        mount = home.resolve("mnt");
        var url = "sqlite3://" + home.resolve("meta.db");
        assertEquals(new Program.Result(0, ""), run("format", "-q", "--bucket", "objects", url, "test"));
        var started = run(
                "mount",
                "-d",
                "--log",
                "log",
                "--metrics",
                "127.0.0.1:0",
                "--custom-labels",
                "team:render",
                url,
                mount);
        assertEquals(0, started.status(), started.output());
    }

    @AfterEach
    void endTheMount() throws Exception {
        if (Program.isMounted(mount)) {
            assertEquals(new Program.Result(0, ""), run("umount", "--force", mount));
        }
    }

    private Program.Result run(Object... args) throws Exception {
        return new Program(home).run(args);
    }

    private long stat(String name) throws Exception {
        var found =
                Pattern.compile("(?m)^juicefs_" + name + " (\\d+)").matcher(Files.readString(mount.resolve(".stats")));
        return found.find() ? Long.parseLong(found.group(1)) : -1;
    }

    @Test
    void whatProgramsDoShowsInStatsAndForPrometheus() throws Exception {
        Files.writeString(mount.resolve("file"), "x".repeat(10_000));
        assertEquals(1, stat("fuse_ops_total_create"));
        assertEquals(10_000, stat("fuse_written_size_bytes_sum"));
        assertEquals(1, stat("object_request_durations_histogram_seconds_PUT_total"));
        assertEquals(10_000, stat("object_request_data_bytes_PUT"));
        assertEquals(1, stat("meta_ops_total_Mknod"));
        assertTrue(stat("transaction_durations_histogram_seconds_total") >= 2, "create and append are transactions");
        assertEquals(1, stat("used_inodes"));
        assertTrue(stat("memory") > 10 << 20);
        var page = page();
        assertTrue(page.contains("# TYPE juicefs_fuse_ops_durations_histogram_seconds histogram\n"), page);
        var line = Pattern.compile("(?m)^juicefs_fuse_ops_total\\{(.*)} 1$").matcher(page);
        assertTrue(line.find(), page);
        for (var label : new String[] {"mp=\"" + mount + "\"", "vol_name=\"test\"", "team=\"render\"", "method=\""}) {
            assertTrue(line.group(1).contains(label), line.group(1));
        }
    }

    private String page() throws Exception {
        Program.await(
                "the metrics are shown",
                () -> LISTENING.matcher(Files.readString(home.resolve("log"))).find());
        var found = LISTENING.matcher(Files.readString(home.resolve("log")));
        assertTrue(found.find());
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://" + found.group(1) + "/metrics"))
                    .build();
            return client.send(request, BodyHandlers.ofString()).body();
        }
    }

    @Test
    void statsPrintsARowASecond() throws Exception {
        var stats = run("stats", mount, "-c", "2", "-l", "1");
        assertEquals(0, stats.status(), stats.output());
        var lines = stats.output().lines().toList();
        assertEquals(4, lines.size(), stats.output());
        assertTrue(lines.getFirst().startsWith("---------usage--------- ----------fuse---------"), stats.output());
        assertTrue(lines.get(3).matches(" *\\d+(\\.\\d)?% *\\d+[KM] .*"), stats.output());
        var refused = run("stats", home);
        assertEquals(1, refused.status());
        assertEquals("juicefs: path \"" + home + "\" is not a mount point\n", refused.output());
    }

    @Test
    void profileShowsWhatProgramsDoAndItsLogCanBeReadAgain() throws Exception {
        var copy = home.resolve("copy.log");
        var reader = new ProcessBuilder("cat", mount.resolve(".accesslog").toString())
                .redirectOutput(copy.toFile())
                .start();
        var output = home.resolve("profile.txt");
        var profile = new Program(home).start(output, "profile", mount, "--interval", "1");
        try {
            Program.await("both saw a write", () -> {
                Files.writeString(mount.resolve("file"), "text");
                return Files.readString(copy).contains(" write (")
                        && Files.readString(output).contains("\nwrite ");
            });
        } finally {
            end(profile);
            end(reader);
        }
        var again = run("profile", copy, "--interval", "0");
        assertEquals(0, again.status(), again.output());
        assertTrue(again.output().contains("\nwrite "), again.output());
        assertFalse(again.output().contains("invalid"), again.output());
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "process " + process.pid() + " goes on");
    }
}
