package mountagent.meta.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.File;
import java.io.IOException;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A `redis-server` on a loopback port of its own, with a folder of its own, that can be stopped, killed and started
/// again. Tests abort when the program is not installed.
public final class RedisProcess implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    private final List<String> command;
    private final Path folder;
    private final int port;
    private final RedisClient client = RedisClient.create();
    private @Nullable Process process;
    private boolean keepsFolder;
    private final Map<String, RedisCommands<byte[], byte[]>> connections = new ConcurrentHashMap<>();

    private RedisProcess(List<String> command, Path folder, int port) {
        this.command = List.copyOf(command);
        this.folder = folder;
        this.port = port;
    }

    /// Starts one that keeps nothing unless `options`, which come last, say otherwise.
    public static RedisProcess start(String... options) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("redis");
        return start(folder, List.of(), options);
    }

    /// Starts one over TLS only.
    static RedisProcess startTls(String... options) throws IOException, InterruptedException {
        return start(Files.createTempDirectory("redis"), List.of("--port", "0", "--tls-port"), options);
    }

    /// Starts one on the data that `folder` holds, and stays there when the server ends.
    public static RedisProcess startIn(Path folder, String... options) throws IOException, InterruptedException {
        RedisProcess process = start(folder, List.of(), options);
        process.keepsFolder = true;
        return process;
    }

    private static RedisProcess start(Path folder, List<String> before, String... options)
            throws IOException, InterruptedException {
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(program()));
        command.addAll(before.isEmpty() ? List.of("--port") : before);
        command.addAll(List.of(Integer.toString(port), "--bind", "127.0.0.1"));
        command.addAll(List.of("--save", "", "--appendonly", "no", "--dir", folder.toString()));
        command.addAll(List.of(options));
        return started(new RedisProcess(command, folder, port));
    }

    /// Starts a Sentinel that watches the master on `masterPort` as `name`, and alone decides that it is gone after a
    /// second.
    static RedisProcess startSentinel(String name, int masterPort, String... lines)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("sentinel");
        int port = freePort();
        List<String> configuration = new ArrayList<>(List.of(
                "port " + port,
                "bind 127.0.0.1",
                "dir " + folder,
                "sentinel monitor " + name + " 127.0.0.1 " + masterPort + " 1",
                "sentinel down-after-milliseconds " + name + " 1000",
                "sentinel failover-timeout " + name + " 5000"));
        configuration.addAll(List.of(lines));
        Path file = Files.write(folder.resolve("sentinel.conf"), configuration);
        return started(new RedisProcess(List.of(program(), file.toString(), "--sentinel"), folder, port));
    }

    private static RedisProcess started(RedisProcess process) throws IOException, InterruptedException {
        process.startAgain();
        return process;
    }

    private static String program() {
        String path = System.getenv().getOrDefault("PATH", "");
        String program = Arrays.stream((path + File.pathSeparator + "/usr/bin" + File.pathSeparator + "/usr/local/bin")
                        .split(File.pathSeparator))
                .map(place -> Path.of(place, "redis-server"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("");
        assumeTrue(!program.isEmpty(), "redis-server is not installed");
        return program;
    }

    /// A port that nobody listens on.
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Starts the server again on its port and folder, and waits until it accepts connections.
    public void startAgain() throws IOException, InterruptedException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!accepts()) {
            Process started = process;
            if (started == null || !started.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "redis-server did not start on port " + port + ": " + Files.readString(folder.resolve("log")));
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

    /// Ends the server in order; it saves what it is configured to save.
    public void stop() throws InterruptedException {
        end(false);
    }

    /// Kills the server.
    public void kill() throws InterruptedException {
        end(true);
    }

    private void end(boolean atOnce) throws InterruptedException {
        Process started = process;
        if (started != null) {
            Process _ = atOnce ? started.destroyForcibly() : null;
            started.destroy();
            if (!started.waitFor(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("redis-server on port " + port + " did not end");
            }
        }
    }

    /// Stops the process where it is (SIGSTOP), or lets it go on (SIGCONT).
    void signal(String name) throws IOException, InterruptedException {
        Process started = process;
        if (started != null) {
            int _ = new ProcessBuilder("kill", "-" + name, Long.toString(started.pid()))
                    .start()
                    .waitFor();
        }
    }

    public int port() {
        return port;
    }

    public Path folder() {
        return folder;
    }

    /// The server's own commands on database `database`, each time over a connection of its own.
    public RedisCommands<byte[], byte[]> commands(int database) {
        RedisURI uri =
                RedisURI.Builder.redis("127.0.0.1", port).withDatabase(database).build();
        return client.connect(ByteArrayCodec.INSTANCE, uri).sync();
    }

    /// The same for whoever knows the `password`, also of a Sentinel.
    public RedisCommands<byte[], byte[]> authorized(String password) {
        RedisURI uri = RedisURI.Builder.redis("127.0.0.1", port)
                .withPassword(password.toCharArray())
                .build();
        return connections.computeIfAbsent(
                password, _ -> client.connect(ByteArrayCodec.INSTANCE, uri).sync());
    }

    /// Ends the server and removes its folder, unless that was there before.
    @Override
    public void close() throws IOException {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        try {
            end(true);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (!keepsFolder) {
            remove(folder);
        }
    }

    private static void remove(Path place) throws IOException {
        if (Files.isDirectory(place)) {
            try (Stream<Path> left = Files.list(place)) {
                for (Path file : left.toList()) {
                    remove(file);
                }
            }
        }
        Files.deleteIfExists(place);
    }
}
