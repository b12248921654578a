package mountagent.meta.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.redis.wire.DrivenConnection;
import org.jspecify.annotations.Nullable;

/// Makes connections, plain, over TLS or over a unix socket. Thread-safe; closing it closes all of them.
///
/// What waits for its answers drives its connection itself; a connection that listens for what the server tells unasked
/// is Lettuce's own.
final class RedisDialer implements AutoCloseable {
    private static final int IO_THREADS = 2;

    /// How much longer the first connection may take: this process then does much for the first time, too, which takes
    /// seconds where it has to share a processor with many.
    private static final int FIRST_TIMES = 3;

    private final RedisUrl url;
    private final Duration timeout;
    private final ClientResources resources;
    private final RedisTls.@Nullable Engines engines;
    private final RedisListeners listeners;
    private final Set<DrivenConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean hasConnected;
    private volatile boolean closed;

    /// EINVAL when the files for TLS cannot be used.
    RedisDialer(RedisUrl url, Duration timeout) throws FsException {
        this.url = url;
        this.timeout = timeout;
        RedisTls tls = url.tls();
        this.engines = tls == null ? null : tls.engines(timeout);
        this.resources = ClientResources.builder()
                .ioThreadPoolSize(IO_THREADS)
                .computationThreadPoolSize(IO_THREADS)
                .build();
        this.listeners = new RedisListeners(url, timeout, resources);
    }

    /// What is said first on a new connection, `C`.
    @FunctionalInterface
    interface Introduction<C, T> {
        T say(C connection, Answers answers)
                throws ExecutionException, TimeoutException, InterruptedException, FsException, RedisRetry;
    }

    /// Sends commands and waits for answers, all of them within one time limit.
    interface Answers {
        /// Sends what has been asked.
        void send();

        <T> T of(Future<T> future) throws ExecutionException, TimeoutException, InterruptedException;
    }

    /// Connects to `address` and introduces itself; the connection is closed when the introduction fails. EIO when the
    /// server refuses us for good, EINTR when interrupted.
    <T> T dial(RedisAddress address, Introduction<DrivenConnection, T> introduction) throws FsException, RedisRetry {
        return dialed(address, patience -> {
            DrivenConnection connection = connect(address, patience);
            boolean kept = false;
            try {
                T result = introduction.say(connection, new DrivenAnswers(connection, deadline(patience)));
                kept = true;
                return result;
            } finally {
                if (!kept) {
                    hangUp(connection);
                }
            }
        });
    }

    /// The same for a connection on which the server will tell of changes.
    <T> T dialListening(RedisAddress address, Introduction<StatefulRedisConnection<byte[], byte[]>, T> introduction)
            throws FsException, RedisRetry {
        return dialed(address, patience -> {
            long deadlineNanos = deadline(patience);
            var connection = within(deadlineNanos, listeners.connect(address, patience));
            boolean kept = false;
            try {
                connection.setAutoFlushCommands(false);
                T result = introduction.say(connection, new ListenersAnswers(connection, deadlineNanos));
                kept = true;
                return result;
            } finally {
                if (!kept) {
                    var _ = connection.closeAsync();
                }
            }
        });
    }

    private static long deadline(Duration patience) {
        return System.nanoTime() + patience.toNanos();
    }

    private static <T> T within(long deadlineNanos, Future<T> future)
            throws ExecutionException, TimeoutException, InterruptedException {
        return future.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private interface Attempt<T> {
        T run(Duration patience)
                throws IOException, ExecutionException, TimeoutException, InterruptedException, FsException, RedisRetry;
    }

    /// Says what a failure means.
    private <T> T dialed(RedisAddress address, Attempt<T> attempt) throws FsException, RedisRetry {
        Duration patience = hasConnected ? timeout : timeout.multipliedBy(FIRST_TIMES);
        try {
            T result = attempt.run(patience);
            hasConnected = true;
            return result;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while waiting for a connection to Redis", e);
        } catch (TimeoutException | SocketTimeoutException e) {
            throw RedisRetry.lost(new TimeoutException(address + " does not answer within " + patience.toMillis()
                    + " ms, or speaks " + (url.tls() == null ? "another protocol" : "no TLS (write redis:// then)")));
        } catch (IOException | ExecutionException | RedisException e) {
            throw RedisRefusals.of(url, address, e);
        }
    }

    private DrivenConnection connect(RedisAddress address, Duration patience)
            throws IOException, TimeoutException, InterruptedException {
        RedisTls.Engines tls = engines;
        SocketAddress place = url.place() instanceof RedisPlace.Socket(var path)
                ? UnixDomainSocketAddress.of(path)
                : InetSocketAddress.createUnresolved(address.host(), address.port());
        DrivenConnection connection =
                DrivenConnection.connect(place, tls == null ? null : () -> tls.engine(address), patience, resources);
        connections.add(connection);
        if (closed) {
            hangUp(connection);
        }
        return connection;
    }

    /// Asks one thing at `address` as `login` and hangs up.
    <T> T ask(RedisAddress address, RedisLogin login, RedisBatch.Command<T> question) throws FsException, RedisRetry {
        return dial(address, (connection, answers) -> {
            Future<String> accepted = logIn(connection.commands(), login);
            RedisFuture<T> answer = question.apply(connection.commands());
            answers.send();
            var _ = answers.of(accepted);
            T result = answers.of(answer);
            hangUp(connection);
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

    /// Ends a connection made here.
    void hangUp(DrivenConnection connection) {
        connections.remove(connection);
        connection.close();
    }

    /// Closes all connections. Once is enough.
    @Override
    public void close() {
        closed = true;
        connections.forEach(this::hangUp);
        listeners.close();
        resources.shutdown(0, timeout.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly(timeout.toMillis());
    }

    private record DrivenAnswers(DrivenConnection connection, long deadlineNanos) implements Answers {
        /// They go out when the first one is waited for.
        @Override
        public void send() {}

        @Override
        public <T> T of(Future<T> future) throws ExecutionException, TimeoutException, InterruptedException {
            try {
                connection.drive(deadlineNanos);
            } catch (IOException e) {
                throw new ExecutionException(e);
            }
            return within(deadlineNanos, future);
        }
    }

    private record ListenersAnswers(StatefulRedisConnection<byte[], byte[]> connection, long deadlineNanos)
            implements Answers {
        @Override
        public void send() {
            connection.flushCommands();
        }

        @Override
        public <T> T of(Future<T> future) throws ExecutionException, TimeoutException, InterruptedException {
            return within(deadlineNanos, future);
        }
    }
}
