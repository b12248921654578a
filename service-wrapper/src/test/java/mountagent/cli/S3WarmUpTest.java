package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.Threads;
import mountagent.object.s3.S3Proxy;
import mountagent.service.Environment;
import mountagent.volume.OpenSpec;
import mountagent.volume.VolumeFs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// A mount of a volume in S3 that nobody uses, as its bucket and its user see it.
final class S3WarmUpTest {
    @RegisterExtension
    static final S3Proxy SERVER = new S3Proxy();

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    Path home = Path.of("/");

    /// Stands before a server and counts what clients send.
    private static final class Relay implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final URI server;
        private final AtomicLong bytes = new AtomicLong();

        Relay(URI server) throws IOException {
            this.server = server;
            Threads.virtual("relay-").newThread(this::accept).start();
        }

        private void accept() {
            try {
                while (true) {
                    var client = socket.accept();
                    var behind = new Socket(server.getHost(), server.getPort());
                    pass(client, behind, bytes);
                    pass(behind, client, new AtomicLong());
                }
            } catch (IOException _) {
                // closed: the test is over
            }
        }

        private static void pass(Socket from, Socket to, AtomicLong count) {
            Threads.virtual("relay-")
                    .newThread(() -> {
                        try (from;
                                to;
                                InputStream source = from.getInputStream();
                                OutputStream target = to.getOutputStream()) {
                            var piece = new byte[8192];
                            for (int n = source.read(piece); n >= 0; n = source.read(piece)) {
                                count.addAndGet(n);
                                target.write(piece, 0, n);
                            }
                        } catch (IOException _) {
                            // one of the two has left
                        }
                    })
                    .start();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private int run(Terminal terminal, String... args) {
        return terminal.run(args);
    }

    private Terminal terminal() {
        // A proxy that is not there: neither bucket is asked for through it, since both are on this machine.
        var variables = Map.of(
                "ACCESS_KEY", S3Proxy.KEYS.accessKey(),
                "SECRET_KEY", S3Proxy.KEYS.secretKey(),
                "http_proxy", "http://127.0.0.1:9");
        return new Terminal(new Environment(variables, home, true, home));
    }

    private static boolean isWarming(String thread) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(each -> each.getName().startsWith(thread));
    }

    private static void await(BooleanSupplier condition, String what) {
        long limit = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < limit, what);
            Thread.onSpinWait();
        }
    }

    private static List<String> counts(VolumeFs fs) {
        try {
            var stat = fs.lookup(Caller.AGENT, new DentryKey(VolumeFs.ROOT, FileName.of(".stats")));
            var handle = fs.open(Caller.AGENT, stat.inode(), OpenSpec.READ);
            var text = new byte[1 << 17];
            int length = fs.read(handle, 0, MemorySegment.ofArray(text));
            fs.release(handle, 1);
            return new String(text, 0, length, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("juicefs_object_") || line.startsWith("juicefs_blockcache_"))
                    // the barrier of every few seconds, which asks S3 for nothing
                    .filter(line -> !line.contains("_SYNC_"))
                    .toList();
        } catch (FsException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Path> leftInMemory() {
        var prefix = "juicefs-warm-up-" + ProcessHandle.current().pid() + "-";
        try (var files = Files.list(Path.of("/dev/shm"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void itsBucketIsAskedForNothingAndNothingIsCountedOrLeft() throws Exception {
        var bucket = URI.create(SERVER.newBucketUrl());
        try (var relay = new Relay(bucket)) {
            var url = "http://127.0.0.1:" + relay.socket.getLocalPort() + bucket.getPath();
            var format = terminal();
            assertEquals(
                    0,
                    run(format, "format", "sqlite3://m.db", "demo", "--storage", "s3", "--bucket", url),
                    format::err);
            var mount = terminal();
            mount.frontEnd().use(fs -> {
                var before = counts(fs);
                long sent = relay.bytes.get();
                assertTrue(sent > 0, "the bucket is not reached through the relay");
                await(() -> isWarming("warm-up-connection-"), "the driver of S3 was not warmed up");
                await(() -> !isWarming("warm-up-"), "the warm-up does not end");
                assertEquals(sent, relay.bytes.get(), "bytes were sent to the bucket");
                assertEquals(before, counts(fs));
                assertEquals(List.of(), leftInMemory());
            });
            assertEquals(
                    0,
                    run(mount, "mount", "demo", "mnt", "--no-bgjob", "--cache-dir", home.resolve("cache") + ""),
                    mount::err);
        }
    }
}
