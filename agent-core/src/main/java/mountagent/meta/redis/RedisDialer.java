package mountagent.meta.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;

/// Makes connections, plain, over TLS or over a unix socket. Thread-safe; closing it closes all of them.
///
/// `autoReconnect` is off: with it Lettuce sends a broken transaction's commands again outside of it, and a WATCH
/// that a reconnect has lost lets EXEC overwrite what others wrote.
final class RedisDialer implements AutoCloseable {
    private static final int IO_THREADS = 2;

    /// How much longer the first connection may take: this process then does much for the first time, too, which takes
    /// seconds where it has to share a processor with many.
    private static final int FIRST_TIMES = 3;

    private final RedisUrl url;
    private final Duration timeout;
    private final Clock clock;
    private final ClientResources resources;
    private final RedisClient client;
    private volatile boolean hasConnected;

    /// EINVAL when the files for TLS cannot be used.
    RedisDialer(RedisUrl url, Duration timeout, Clock clock) throws FsException {
        this.url = url;
        this.timeout = timeout;
        this.clock = clock;
        ClientOptions options = options(url, timeout);
        this.resources = ClientResources.builder()
                .ioThreadPoolSize(IO_THREADS)
                .computationThreadPoolSize(IO_THREADS)
                .build();
        this.client = url.place() instanceof RedisPlace.Socket(var path)
                ? new RedisSocketClient(resources, path, Math.toIntExact(timeout.toMillis()))
                : RedisClient.create(resources);
        client.setOptions(options);
    }

    private static ClientOptions options(RedisUrl url, Duration timeout) throws FsException {
        ClientOptions.Builder builder = ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .protocolVersion(ProtocolVersion.RESP2)
                .pingBeforeActivateConnection(false)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(timeout)
                        .keepAlive(true)
                        .build());
        RedisTls tls = url.tls();
        if (tls != null) {
            builder.sslOptions(tls.toLettuce(timeout));
        }
        return builder.build();
    }

    /// What is said first on a new connection.
    @FunctionalInterface
    interface Introduction<T> {
        T say(StatefulRedisConnection<byte[], byte[]> connection, Answers answers)
                throws ExecutionException, TimeoutException, InterruptedException, FsException, RedisRetry;
    }

    /// Waits for answers, all of them within one time limit.
    @FunctionalInterface
    interface Answers {
        <T> T of(Future<T> future) throws ExecutionException, TimeoutException, InterruptedException;
    }

    /// Connects to `address` and introduces itself. The connection sends nothing before it is flushed; it is closed
    /// when the introduction fails. EIO when the server refuses us for good, EINTR when interrupted.
    <T> T dial(RedisAddress address, Introduction<T> introduction) throws FsException, RedisRetry {
        Duration patience = hasConnected ? timeout : timeout.multipliedBy(FIRST_TIMES);
        long deadlineNanos = clock.nanoTime() + patience.toNanos();
        Answers answers = new Answers() {
            @Override
            public <A> A of(Future<A> future) throws ExecutionException, TimeoutException, InterruptedException {
                return future.get(deadlineNanos - clock.nanoTime(), TimeUnit.NANOSECONDS);
            }
        };
        try {
            StatefulRedisConnection<byte[], byte[]> connection =
                    answers.of(client.connectAsync(ByteArrayCodec.INSTANCE, uri(address, patience))
                            .toCompletableFuture());
            hasConnected = true;
            return introduced(connection, introduction, answers);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while waiting for a connection to Redis", e);
        } catch (TimeoutException e) {
            throw RedisRetry.lost(new TimeoutException(address + " does not answer within " + patience.toMillis()
                    + " ms, or speaks " + (url.tls() == null ? "another protocol" : "no TLS (write redis:// then)")));
        } catch (ExecutionException | RedisException e) {
            throw RedisRefusals.of(url, address, e);
        }
    }

    private static <T> T introduced(
            StatefulRedisConnection<byte[], byte[]> connection, Introduction<T> introduction, Answers answers)
            throws ExecutionException, TimeoutException, InterruptedException, FsException, RedisRetry {
        boolean kept = false;
        try {
            connection.setAutoFlushCommands(false);
            T result = introduction.say(connection, answers);
            kept = true;
            return result;
        } finally {
            if (!kept) {
                var _ = connection.closeAsync();
            }
        }
    }

    /// Asks one thing at `address` as `login` and hangs up.
    <T> T ask(RedisAddress address, RedisLogin login, RedisBatch.Command<T> question) throws FsException, RedisRetry {
        return dial(address, (connection, answers) -> {
            RedisAsyncCommands<byte[], byte[]> commands = connection.async();
            Future<String> accepted = logIn(commands, login);
            Future<T> answer = question.apply(commands);
            connection.flushCommands();
            var _ = answers.of(accepted);
            T result = answers.of(answer);
            var _ = connection.closeAsync();
            return result;
        });
    }

    /// Logs in, as far as there is a password. Done here and not by Lettuce, whose own log-in may lose the server's
    /// reason for a refusal.
    static Future<String> logIn(RedisAsyncCommands<byte[], byte[]> commands, RedisLogin login) {
        String user = login.user();
        String password = login.password();
        if (password == null) {
            return CompletableFuture.completedFuture("");
        }
        return (user == null ? commands.auth(password) : commands.auth(user, password)).toCompletableFuture();
    }

    private RedisURI uri(RedisAddress address, Duration patience) {
        RedisURI.Builder builder = RedisURI.Builder.redis(address.host(), address.port())
                .withTimeout(patience)
                .withLibraryName("mountagent");
        RedisTls tls = url.tls();
        if (tls != null) {
            builder.withSsl(true).withVerifyPeer(tls.verifyMode());
        }
        return builder.build();
    }

    /// Closes all connections. Once is enough.
    @Override
    public void close() {
        client.shutdown(Duration.ZERO, timeout);
        resources.shutdown(0, timeout.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly(timeout.toMillis());
    }
}
