package mountagent.meta.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// The pool of connections: bounded, made when needed, the last one given back is the first one lent. Thread-safe.
///
/// `autoReconnect` is off: with it Lettuce sends a broken transaction's commands again outside of it, and a WATCH
/// that a reconnect has lost lets EXEC overwrite what others wrote.
final class RedisLinks implements AutoCloseable {
    private static final int IO_THREADS = 2;

    private final RedisUrl url;
    private final RedisLimits limits;
    private final Clock clock;
    private final ClientResources resources;
    private final RedisClient client;
    private final Semaphore permits;
    private final ConcurrentLinkedDeque<RedisLink> idle = new ConcurrentLinkedDeque<>();
    private final LongAdder trips = new LongAdder();
    private volatile boolean closed;

    RedisLinks(RedisUrl url, RedisLimits limits, Clock clock) {
        this.url = url;
        this.limits = limits;
        this.clock = clock;
        this.permits = new Semaphore(limits.connectionsMax(), true);
        this.resources = ClientResources.builder()
                .ioThreadPoolSize(IO_THREADS)
                .computationThreadPoolSize(IO_THREADS)
                .build();
        this.client = RedisClient.create(resources, url.toLettuce(limits.connectTimeout()));
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .protocolVersion(ProtocolVersion.RESP2)
                .pingBeforeActivateConnection(false)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(limits.connectTimeout())
                        .keepAlive(true)
                        .build())
                .build());
    }

    /// Lends a link. EIO when none comes free in time, EINTR when interrupted.
    RedisLink take() throws FsException, RedisRetry {
        Duration wait = limits.acquireTimeout();
        try {
            if (!permits.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new FsException(
                        Errno.EIO,
                        "none of " + limits.connectionsMax() + " connections to " + url.describe()
                                + " came free within " + wait.toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        RedisLink link = null;
        try {
            link = reuse();
            if (link == null) {
                link = connect();
            }
            return link.lend();
        } finally {
            if (link == null) {
                permits.release();
            }
        }
    }

    private @Nullable RedisLink reuse() throws FsException {
        if (closed) {
            throw new FsException(Errno.EIO, url.describe() + " has been closed");
        }
        RedisLink link = idle.pollFirst();
        while (link != null && !link.isReusable()) {
            link.disconnect();
            link = idle.pollFirst();
        }
        return link;
    }

    private RedisLink connect() throws FsException, RedisRetry {
        long deadlineNanos = clock.nanoTime() + limits.connectTimeout().toNanos();
        try {
            StatefulRedisConnection<byte[], byte[]> connection = client.connectAsync(
                            ByteArrayCodec.INSTANCE, url.toLettuce(limits.connectTimeout()))
                    .get(deadlineNanos - clock.nanoTime(), TimeUnit.NANOSECONDS);
            return introduce(connection, deadlineNanos);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException | TimeoutException | RedisException e) {
            throw refused(e);
        }
    }

    /// Logs in, selects the database and asks for the connection's number. Done here and not by Lettuce, whose own
    /// log-in may lose the server's reason for a refusal.
    private RedisLink introduce(StatefulRedisConnection<byte[], byte[]> connection, long deadlineNanos)
            throws ExecutionException, TimeoutException, InterruptedException {
        boolean kept = false;
        try {
            connection.setAutoFlushCommands(false);
            List<RedisFuture<String>> needed = logIn(connection.async());
            RedisFuture<Long> number = connection.async().clientId();
            connection.flushCommands();
            for (RedisFuture<String> answer : needed) {
                answer.get(deadlineNanos - clock.nanoTime(), TimeUnit.NANOSECONDS);
            }
            long clientId = numberOf(number, deadlineNanos);
            kept = true;
            return new RedisLink(this, connection, clientId, limits.commandTimeout(), clock);
        } finally {
            if (!kept) {
                var _ = connection.closeAsync();
            }
        }
    }

    private List<RedisFuture<String>> logIn(RedisAsyncCommands<byte[], byte[]> commands) {
        List<RedisFuture<String>> answers = new ArrayList<>();
        String user = url.user();
        String password = url.password();
        if (password != null) {
            answers.add(user == null ? commands.auth(password) : commands.auth(user, password));
        }
        if (url.database() != 0) {
            answers.add(commands.select(url.database()));
        }
        return answers;
    }

    /// Servers before version 5 and users without the right have no number for us.
    private long numberOf(RedisFuture<Long> number, long deadlineNanos)
            throws ExecutionException, TimeoutException, InterruptedException {
        try {
            return number.get(deadlineNanos - clock.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (RedisErrors.isReply(e) && !RedisErrors.message(e).startsWith("NOAUTH")) {
                return RedisLink.NO_NUMBER;
            }
            throw e;
        }
    }

    private RedisRetry refused(Exception cause) throws FsException {
        Throwable root = cause;
        for (Throwable next = cause; next != null; next = next.getCause()) {
            root = next;
        }
        String message = RedisErrors.message(root);
        boolean hopeless = message.startsWith("NOAUTH")
                || message.startsWith("WRONGPASS")
                || message.startsWith("NOPERM")
                || message.startsWith("ERR");
        if (hopeless && !RedisErrors.isPassing(root)) {
            throw new FsException(Errno.EIO, url.describe() + " refused the connection: " + message, cause);
        }
        return RedisRetry.lost(root);
    }

    private static FsException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new FsException(Errno.EINTR, "interrupted while waiting for a connection to Redis", cause);
    }

    void giveBack(RedisLink link) {
        if (link.isReusable()) {
            idle.addFirst(link);
        } else if (!closed) {
            link.disconnect();
        }
        permits.release();
    }

    void countTrip() {
        trips.increment();
    }

    /// How many batches have been sent since the start.
    long trips() {
        return trips.sum();
    }

    /// Closes all connections, those that are lent too. Once is enough.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        client.shutdown(Duration.ZERO, limits.connectTimeout());
        resources
                .shutdown(0, limits.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(limits.connectTimeout().toMillis());
    }
}
