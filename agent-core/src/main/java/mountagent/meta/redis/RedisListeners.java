package mountagent.meta.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Makes connections that are read by threads of Lettuce's, for what the server tells unasked. Thread-safe; nothing is
/// begun before the first one is wanted.
///
/// `autoReconnect` is off: after a reconnect the server does not tell of anything, and nobody says so.
final class RedisListeners implements AutoCloseable {
    private final RedisUrl url;
    private final Duration timeout;
    private final ClientResources resources;
    private final Lock lock = new ReentrantLock();
    private @Nullable RedisClient client;

    RedisListeners(RedisUrl url, Duration timeout, ClientResources resources) {
        this.url = url;
        this.timeout = timeout;
        this.resources = resources;
    }

    /// Connects to `address` within `patience`. EINVAL when the files for TLS cannot be used.
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connect(RedisAddress address, Duration patience)
            throws FsException {
        return client().connectAsync(ByteArrayCodec.INSTANCE, uri(address, patience))
                .toCompletableFuture();
    }

    private RedisClient client() throws FsException {
        lock.lock();
        try {
            RedisClient made = client;
            if (made == null) {
                made = url.place() instanceof RedisPlace.Socket(var path)
                        ? new RedisSocketClient(resources, path, Math.toIntExact(timeout.toMillis()))
                        : RedisClient.create(resources);
                made.setOptions(options());
                client = made;
            }
            return made;
        } finally {
            lock.unlock();
        }
    }

    private ClientOptions options() throws FsException {
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

    @Override
    public void close() {
        lock.lock();
        try {
            RedisClient made = client;
            if (made != null) {
                made.shutdown(Duration.ZERO, timeout);
            }
        } finally {
            lock.unlock();
        }
    }
}
