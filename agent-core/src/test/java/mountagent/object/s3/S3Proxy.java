package mountagent.object.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import mountagent.object.ObjectStoreException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A real S3 server on loopback that lives as long as a test class, in a process and on a class path of its own, which
/// the build leaves in `target/s3proxy/class-path`. It checks signatures and keeps objects in files.
public final class S3Proxy implements BeforeAllCallback, AfterAllCallback {
    public static final S3Credentials KEYS = new S3Credentials("tester", "a secret of tests", "");

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final String LOGBACK = """
            <configuration><appender name="S" class="ch.qos.logback.core.ConsoleAppender"><encoder>\
            <pattern>%level %logger %msg%n</pattern></encoder></appender>\
            <root level="WARN"><appender-ref ref="S"/></root></configuration>
            """;

    private final AtomicInteger buckets = new AtomicInteger();
    private @Nullable Process process;
    private @Nullable Path folder;
    private int port;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Path made = Files.createTempDirectory("s3proxy");
        folder = made;
        port = freePort();
        Path data = Files.createDirectory(made.resolve("data"));
        Path settings = Files.write(
                made.resolve("settings"),
                List.of(
                        "s3proxy.endpoint=" + url(),
                        "s3proxy.authorization=aws-v2-or-v4",
                        "s3proxy.identity=" + KEYS.accessKey(),
                        "s3proxy.credential=" + KEYS.secretKey(),
                        "jclouds.provider=filesystem-nio2",
                        "jclouds.filesystem.basedir=" + data));
        Path logback = Files.writeString(made.resolve("logback.xml"), LOGBACK);
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx384m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dlogback.configurationFile=" + logback,
                        "-cp",
                        classPath(),
                        "org.gaul.s3proxy.Main",
                        "--properties",
                        settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(made.resolve("log").toFile())
                .start();
        awaitStart();
    }

    private static String classPath() throws IOException {
        Path file = Path.of("target", "s3proxy", "class-path").toAbsolutePath();
        if (!Files.exists(file)) {
            throw new IllegalStateException(file + " is missing: mvn generate-test-resources makes it, run that once");
        }
        return Files.readString(file);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitStart() throws InterruptedException {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!answers()) {
            Process started = process;
            if (started == null || !started.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("s3proxy did not start at " + url() + ": " + log());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /// Whether it refuses those who do not sign, as nothing else would that has the port by chance.
    private boolean answers() {
        try (var client = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(URI.create(url() + "/?list-type=2")).build();
            return client.send(request, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .contains("AccessDenied");
        } catch (IOException _) {
            return false; // not yet
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String log() {
        Path made = folder;
        try {
            return made == null ? "" : Files.readString(made.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        Process started = process;
        if (started != null) {
            started.destroyForcibly();
            started.waitFor(10, TimeUnit.SECONDS);
        }
        Path made = folder;
        if (made != null) {
            try (Stream<Path> files = Files.walk(made)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /// `http://127.0.0.1:PORT`
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /// The URL of a bucket that nobody has used yet, and that is not there.
    public String newBucketUrl() {
        return url() + "/bucket-" + buckets.incrementAndGet();
    }

    /// Where the server keeps the objects of the bucket at `bucketUrl`.
    public Path files(String bucketUrl) {
        Path made = folder;
        if (made == null) {
            throw new IllegalStateException("not started");
        }
        return made.resolve("data").resolve(bucketUrl.substring(bucketUrl.lastIndexOf('/') + 1));
    }

    /// A store in the bucket at `bucketUrl`, as `keys` sees it.
    public static S3Store open(String bucketUrl, S3Credentials keys) throws ObjectStoreException {
        return S3Store.open(options(bucketUrl, keys));
    }

    static S3Options options(String bucketUrl, S3Credentials keys) throws ObjectStoreException {
        var location = S3Location.parse("s3", bucketUrl, Map.of());
        return new S3Options(location, keys, "", START_TIMEOUT, START_TIMEOUT, 64, Map.of());
    }
}
