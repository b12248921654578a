package mountagent.meta.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import mountagent.base.Clock;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A `redis-server` on loopback that lives as long as a test class; tests abort when the program is not installed.
///
/// Keeps nothing on disk. Each [#newDatabase()] is an empty database of its own.
public final class RedisServer implements BeforeAllCallback, AfterAllCallback {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final int DATABASES = 1000;

    /// Waits long enough for a machine that is busy with other tests.
    private static final RedisLimits PATIENT =
            new RedisLimits(32, START_TIMEOUT, START_TIMEOUT, Duration.ofSeconds(60), Duration.ofSeconds(60), 50);

    private final List<String> options;
    private final AtomicInteger databases = new AtomicInteger();
    private @Nullable Process process;
    private @Nullable RedisClient client;
    private @Nullable Path folder;
    private int port;

    /// `options` are added to the server's command line.
    public RedisServer(String... options) {
        this.options = List.of(options);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        String program = program();
        assumeTrue(!program.isEmpty(), "redis-server is not installed");
        port = freePort();
        List<String> command = new ArrayList<>(List.of(
                program,
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--databases",
                Integer.toString(DATABASES)));
        command.addAll(options);
        Path made = Files.createTempDirectory("redis");
        folder = made;
        command.addAll(List.of("--dir", made.toString()));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        awaitStart();
        client = RedisClient.create();
    }

    private static String program() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream((path + File.pathSeparator + "/usr/bin" + File.pathSeparator + "/usr/local/bin")
                        .split(File.pathSeparator))
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitStart() throws InterruptedException {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!accepts()) {
            Process started = process;
            if (started == null || !started.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("redis-server did not start on port " + port);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException _) {
            return false; // not yet
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        RedisClient opened = client;
        if (opened != null) {
            opened.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
        Process started = process;
        if (started != null) {
            started.destroyForcibly();
            try {
                started.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        Path made = folder;
        if (made != null) {
            try (Stream<Path> left = Files.list(made)) {
                for (Path file : left.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(made);
        }
    }

    /// The port it listens on.
    public int port() {
        return port;
    }

    /// The number of a database that nobody has used.
    public int newDatabase() {
        return databases.getAndIncrement();
    }

    /// An engine on database `database`.
    public RedisEngine engine(int database) throws FsException {
        return engine(port, database, PATIENT);
    }

    /// An engine on database `database` as seen through `port`.
    public static RedisEngine engine(int port, int database, RedisLimits limits) throws FsException {
        RedisUrl url = RedisUrl.parse("redis://127.0.0.1:" + port + "/" + database, Map.of());
        return RedisEngine.open(url, limits, Clock.SYSTEM, new Random(1));
    }

    /// The server's own commands on database `database`.
    public RedisCommands<byte[], byte[]> commands(int database) {
        RedisClient opened = client;
        if (opened == null) {
            throw new UncheckedIOException(new IOException("the server has not been started"));
        }
        StatefulRedisConnection<byte[], byte[]> connection = opened.connect(
                ByteArrayCodec.INSTANCE,
                RedisURI.Builder.redis("127.0.0.1", port).withDatabase(database).build());
        return connection.sync();
    }
}
