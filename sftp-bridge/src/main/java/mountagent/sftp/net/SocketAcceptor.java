package mountagent.sftp.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.sshd.common.Closeable;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceEventListener;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.util.closeable.AbstractInnerCloseable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes connections, on a thread for each address, and keeps those that are open. Thread-safe.
final class SocketAcceptor extends AbstractInnerCloseable implements IoAcceptor {
    /// Not the one of this name, to which the library writes.
    private static final Logger acceptLog = LoggerFactory.getLogger(SocketTransport.class);

    /// How long nothing is taken after the system has refused a connection, as it does without descriptors.
    private static final long PAUSE_NANOS = 200_000_000;

    private final IoHandler handler;
    private final int backlog;
    private final Supplier<EventLoop> loops;
    private final ThreadFactory threads;
    private final Map<SocketAddress, ServerSocketChannel> listening = new ConcurrentHashMap<>();
    private final Map<Long, IoSession> connections = new ConcurrentHashMap<>();
    private volatile @Nullable IoServiceEventListener listener;

    /// Gives connections to `loops` and tells `handler` of them; at most `backlog` wait to be taken.
    SocketAcceptor(IoHandler handler, int backlog, Supplier<EventLoop> loops, ThreadFactory threads) {
        this.handler = handler;
        this.backlog = backlog;
        this.loops = loops;
        this.threads = threads;
    }

    @Override
    public void bind(Collection<? extends SocketAddress> addresses) throws IOException {
        for (SocketAddress address : addresses) {
            bind(address);
        }
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        var server = ServerSocketChannel.open();
        var isBound = false;
        try {
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(address, backlog);
            SocketAddress bound = server.getLocalAddress();
            listening.put(bound, server);
            threads.newThread(() -> acceptAll(server, bound)).start();
            isBound = true;
        } finally {
            if (!isBound) {
                server.close();
            }
        }
    }

    private void acceptAll(ServerSocketChannel server, SocketAddress bound) {
        while (server.isOpen()) {
            try {
                begin(server.accept(), bound);
            } catch (IOException | RuntimeException | Error e) {
                if (server.isOpen()) {
                    acceptLog.warn("a connection to {} cannot be taken: {}", bound, e.getMessage());
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private void begin(SocketChannel channel, SocketAddress bound) throws IOException {
        var isBegun = false;
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            EventLoop loop = loops.get();
            var connection = new SocketConnection(this, handler, channel, loop, bound);
            loop.execute(connection::begin);
            isBegun = true;
        } finally {
            if (!isBegun) {
                channel.close();
            }
        }
    }

    /// Remembers `connection`, which has just begun, until it is closed.
    void keep(SocketConnection connection) {
        connections.put(connection.getId(), connection);
        if (isClosing()) {
            connection.close(true);
        }
    }

    /// Forgets `connection`.
    void forget(SocketConnection connection) {
        connections.remove(connection.getId());
    }

    @Override
    public void unbind(Collection<? extends SocketAddress> addresses) {
        addresses.forEach(this::unbind);
    }

    @Override
    public void unbind(SocketAddress address) {
        ServerSocketChannel server = listening.remove(address);
        if (server != null) {
            try {
                server.close();
            } catch (IOException e) {
                acceptLog.warn("{} may still be listened on: {}", address, e.getMessage());
            }
        }
    }

    @Override
    public void unbind() {
        unbind(List.copyOf(listening.keySet()));
    }

    @Override
    public Set<SocketAddress> getBoundAddresses() {
        return Set.copyOf(listening.keySet());
    }

    @Override
    public Map<Long, IoSession> getManagedSessions() {
        return Collections.unmodifiableMap(connections);
    }

    @Override
    protected void preClose() {
        unbind();
        super.preClose();
    }

    @Override
    protected Closeable getInnerCloseable() {
        return builder().parallel(toString(), connections.values()).build();
    }

    @Override
    public @Nullable IoServiceEventListener getIoServiceEventListener() {
        return listener;
    }

    @Override
    public void setIoServiceEventListener(@Nullable IoServiceEventListener listener) {
        this.listener = listener;
    }
}
