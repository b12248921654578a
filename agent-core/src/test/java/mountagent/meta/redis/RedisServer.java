package mountagent.meta.redis;

import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import mountagent.base.Clock;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A [RedisProcess] that lives as long as a test class and keeps nothing on disk. Each [#newDatabase()] is an empty
/// database of its own.
public final class RedisServer implements BeforeAllCallback, AfterAllCallback {
    private static final int DATABASES = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Waits long enough for a machine that is busy with other tests.
    public static final RedisLimits PATIENT =
            new RedisLimits(32, PATIENCE, PATIENCE, Duration.ofSeconds(60), Duration.ofSeconds(60), 50);

    private final List<String> options;
    private final AtomicInteger databases = new AtomicInteger();
    private @Nullable RedisProcess process;

    /// `options` are added to the server's command line.
    public RedisServer(String... options) {
        this.options = Stream.concat(Stream.of("--databases", Integer.toString(DATABASES)), Stream.of(options))
                .toList();
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        process = RedisProcess.start(options.toArray(String[]::new));
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        RedisProcess started = process;
        if (started != null) {
            started.close();
        }
    }

    private RedisProcess process() {
        RedisProcess started = process;
        if (started == null) {
            throw new UncheckedIOException(new IOException("the server has not been started"));
        }
        return started;
    }

    /// The port it listens on.
    public int port() {
        return process().port();
    }

    /// The number of a database that nobody has used.
    public int newDatabase() {
        return databases.getAndIncrement();
    }

    /// An engine on database `database`.
    public RedisEngine engine(int database) throws FsException {
        return engine(port(), database, PATIENT);
    }

    /// An engine on database `database` as seen through `port`.
    public static RedisEngine engine(int port, int database, RedisLimits limits) throws FsException {
        return engine("redis://127.0.0.1:" + port + "/" + database, limits);
    }

    /// An engine on what `url` says.
    public static RedisEngine engine(String url, RedisLimits limits) throws FsException {
        return RedisEngine.open(RedisUrl.parse(url, Map.of()), limits, Clock.SYSTEM, new Random(1));
    }

    /// The server's own commands on database `database`.
    public RedisCommands<byte[], byte[]> commands(int database) {
        return process().commands(database);
    }
}
