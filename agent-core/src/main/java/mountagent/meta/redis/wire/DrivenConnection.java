package mountagent.meta.redis.wire;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// A connection whose commands are sent, and answered, by the thread that drives it. It speaks RESP2 and never
/// reconnects. Not thread-safe, but for [#close()], which ends a wait of another thread.
public final class DrivenConnection implements AutoCloseable {
    private final DrivenWriter writer;
    private final StatefulRedisConnectionImpl<byte[], byte[]> lettuce;
    private @Nullable CommandRecorder recorder;

    private DrivenConnection(DrivenWriter writer, Duration timeout) {
        this.writer = writer;
        this.lettuce = new StatefulRedisConnectionImpl<>(writer, NoPushes.INSTANCE, ByteArrayCodec.INSTANCE, timeout);
        lettuce.setOptions(ClientOptions.create());
    }

    /// Connects to a host and port (all its addresses are tried), or to a unix socket, and over it with TLS if there
    /// are `engines`. IOException says why it cannot be done within `timeout`.
    public static DrivenConnection connect(
            SocketAddress address, @Nullable Supplier<SSLEngine> engines, Duration timeout, ClientResources resources)
            throws IOException, InterruptedException {
        long startNanos = System.nanoTime();
        Wire wire = address instanceof InetSocketAddress internet
                ? SocketWire.connect(internet.getHostString(), internet.getPort(), timeout)
                : SocketWire.connect(address, timeout);
        if (engines != null) {
            Duration left = timeout.minusNanos(System.nanoTime() - startNanos);
            wire = TlsWire.agree(wire, engines.get(), left);
        }
        return new DrivenConnection(new DrivenWriter(wire, resources), timeout);
    }

    /// Commands: they go out, and their futures are completed, in [#drive].
    public RedisAsyncCommands<byte[], byte[]> commands() {
        return lettuce.async();
    }

    /// Takes commands down that are to go out in another form.
    public CommandRecorder recorder() {
        CommandRecorder made = recorder;
        if (made == null) {
            made = new CommandRecorder(writer.getClientResources());
            recorder = made;
        }
        return made;
    }

    /// Sends the commands given since the last time and waits until all are answered, or `deadlineNanos` (of
    /// [System#nanoTime()]) is past: then some futures are not done. When interrupted it may be driven on; after an
    /// IOException the connection is of no more use.
    public void drive(long deadlineNanos) throws IOException, InterruptedException {
        writer.drive(deadlineNanos);
    }

    /// Whether the server still holds the connection; asked of one that has nothing unanswered and is not driven.
    public boolean isAlive() {
        return writer.isAlive();
    }

    /// Whether it has neither broken nor been closed, as far as is known.
    public boolean isOpen() {
        return writer.isOpen();
    }

    @Override
    public void close() {
        writer.close();
    }
}
