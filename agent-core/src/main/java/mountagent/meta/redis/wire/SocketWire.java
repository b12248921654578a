package mountagent.meta.redis.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A socket that never blocks, and a selector of its own to wait with: an interrupt ends a wait, not the connection.
final class SocketWire implements Wire {
    private static final int RECEIVED_AT_ONCE = 64 << 10;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuf taken = Unpooled.buffer();

    private SocketWire(SocketChannel channel, Selector selector) throws IOException {
        this.channel = channel;
        this.selector = selector;
        channel.configureBlocking(false);
        this.key = channel.register(selector, SelectionKey.OP_CONNECT);
    }

    /// Connects to the first address of `host` that answers, all within `timeout`.
    static SocketWire connect(String host, int port, Duration timeout) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        IOException failure = null;
        for (InetAddress address : InetAddress.getAllByName(host)) {
            try {
                SocketWire wire = connect(
                        new InetSocketAddress(address, port), Duration.ofNanos(deadlineNanos - System.nanoTime()));
                wire.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                wire.channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                return wire;
            } catch (IOException e) {
                if (failure != null) {
                    e.addSuppressed(failure);
                }
                failure = e;
            }
        }
        throw failure == null ? new IOException("there is no address for '" + host + "'") : failure;
    }

    /// Connects to `address`, of TCP or of a unix socket.
    static SocketWire connect(SocketAddress address, Duration timeout) throws IOException, InterruptedException {
        SocketWire wire = open(address);
        boolean connected = false;
        try {
            wire.finish(address, timeout);
            connected = true;
            return wire;
        } finally {
            if (!connected) {
                wire.close();
            }
        }
    }

    private static SocketWire open(SocketAddress address) throws IOException {
        Selector selector = Selector.open();
        SocketChannel channel = null;
        boolean opened = false;
        try {
            channel = address instanceof UnixDomainSocketAddress
                    ? SocketChannel.open(StandardProtocolFamily.UNIX)
                    : SocketChannel.open();
            SocketWire wire = new SocketWire(channel, selector);
            opened = true;
            return wire;
        } finally {
            if (!opened) {
                selector.close();
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private void finish(SocketAddress address, Duration timeout) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        boolean connected = channel.connect(address);
        while (!connected) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                throw new SocketTimeoutException(
                        address + " does not accept connections within " + timeout.toMillis() + " ms");
            }
            select(left);
            connected = channel.finishConnect();
        }
        key.interestOps(SelectionKey.OP_READ);
    }

    @Override
    public void send(ByteBuf bytes) throws IOException {
        if (!taken.isReadable()) {
            bytes.readBytes(channel, bytes.readableBytes());
        }
        if (bytes.isReadable()) {
            taken.writeBytes(bytes);
        }
    }

    @Override
    public void push() throws IOException {
        if (taken.isReadable()) {
            taken.readBytes(channel, taken.readableBytes());
            if (!taken.isReadable()) {
                taken.clear().capacity(0);
            }
        }
    }

    @Override
    public boolean receive(ByteBuf into) throws IOException {
        int count = into.writeBytes(channel, RECEIVED_AT_ONCE);
        return count >= 0;
    }

    @Override
    public void await(long nanos) throws IOException, InterruptedException {
        int wanted = taken.isReadable() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        if (key.isValid() && key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
        select(nanos);
    }

    private void select(long nanos) throws IOException, InterruptedException {
        try {
            selector.select(_ -> {}, Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
        } catch (ClosedSelectorException e) {
            throw new IOException("the connection has been closed", e);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while waiting for Redis");
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a socket cannot be closed", e);
        }
    }
}
