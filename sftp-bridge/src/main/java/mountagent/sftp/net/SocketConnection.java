package mountagent.sftp.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.sshd.common.future.CloseFuture;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.Readable;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection on an [EventLoop]. What comes is read by the loop's thread; what goes is sent by who has it, as far
/// as the socket takes it, and then by the loop. Thread-safe.
final class SocketConnection extends AbstractCloseable implements IoSession, EventLoop.Served {
    /// Not the one of this name, to which the library writes.
    private static final Logger connectionLog = LoggerFactory.getLogger(SocketTransport.class);

    private static final AtomicLong IDS = new AtomicLong();

    private final long id = IDS.incrementAndGet();
    private final SocketAcceptor acceptor;
    private final IoHandler handler;
    private final SocketChannel channel;
    private final EventLoop loop;
    private final SocketAddress local;
    private final SocketAddress remote;
    private final SocketAddress listening;
    private final Map<Object, Object> attributes = new ConcurrentHashMap<>();
    private final WriteQueue writes;
    private volatile @Nullable SelectionKey key;

    /// One that `acceptor` has taken where it listens.
    SocketConnection(
            SocketAcceptor acceptor, IoHandler handler, SocketChannel channel, EventLoop loop, SocketAddress listening)
            throws IOException {
        this.acceptor = acceptor;
        this.handler = handler;
        this.channel = channel;
        this.loop = loop;
        this.local = channel.getLocalAddress();
        this.remote = channel.getRemoteAddress();
        this.listening = listening;
        this.writes = new WriteQueue(channel, () -> waitFor(SelectionKey.OP_WRITE));
    }

    /// Tells the handler of it, and reads what comes. To be called on the loop's thread.
    void begin() {
        var isBegun = false;
        try {
            key = loop.register(channel, this);
            acceptor.keep(this);
            handler.sessionCreated(this);
            waitFor(SelectionKey.OP_READ);
            isBegun = true;
        } catch (Exception e) {
            // the handler may throw whatever it likes, and says so itself
            connectionLog.debug("a connection from {} is refused: {}", remote, e.getMessage(), e);
        } finally {
            if (!isBegun) {
                close(true);
            }
        }
    }

    @Override
    public void ready(SelectionKey ready, ByteBuffer buffer) {
        try {
            if (ready.isWritable()) {
                ready.interestOpsAnd(~SelectionKey.OP_WRITE);
                writes.goOn();
            }
            if (ready.isReadable()) {
                read(buffer);
            }
        } catch (CancelledKeyException e) {
            connectionLog.debug("a connection from {} was closed meanwhile", remote, e);
        } catch (Exception e) {
            // a client's message that cannot be understood, or a broken connection: the handler says so
            fail(e);
        }
    }

    @Override
    public void drop(Throwable why) {
        connectionLog.debug("a connection from {} is dropped", remote, why);
        close(true);
    }

    private void read(ByteBuffer buffer) throws Exception {
        buffer.clear();
        if (channel.read(buffer) < 0) {
            close(true);
            return;
        }
        buffer.flip();
        handler.messageReceived(this, Readable.readable(buffer));
    }

    private void waitFor(int operation) {
        change(registered -> registered.interestOpsOr(operation));
    }

    private void change(Consumer<SelectionKey> change) {
        SelectionKey registered = key;
        if (registered == null) {
            return;
        }
        try {
            change.accept(registered);
            loop.wakeUp();
        } catch (CancelledKeyException e) {
            connectionLog.debug("a connection from {} waits for nothing more", remote, e);
        }
    }

    @Override
    public IoWriteFuture writeBuffer(Buffer buffer) {
        ByteBuffer bytes = ByteBuffer.wrap(buffer.array(), buffer.rpos(), buffer.available());
        PendingWrite write = PendingWrite.of(remote, bytes);
        if (isClosing()) {
            write.fail(new ClosedChannelException());
            return write;
        }
        send(write);
        return write;
    }

    /// A failure is told on the loop: who sends may hold locks that closing needs.
    private void send(PendingWrite write) {
        try {
            writes.add(write);
        } catch (IOException e) {
            write.fail(e);
            loop.execute(() -> fail(e));
        } catch (RuntimeException | Error e) {
            loop.execute(() -> drop(e)); // the queue stays busy for ever
            throw e;
        }
    }

    private void fail(Exception why) {
        if (isOpen()) {
            try {
                handler.exceptionCaught(this, why);
            } catch (Exception e) {
                connectionLog.debug("a connection from {} ends: {}", remote, e.getMessage(), e);
            }
        }
        close(true);
    }

    @Override
    protected CloseFuture doCloseGracefully() {
        return builder()
                .when(remote, writes.waiting())
                .run(remote, this::endOutput)
                .build()
                .close(false);
    }

    private void endOutput() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            connectionLog.debug("a connection from {} is gone: {}", remote, e.getMessage());
        }
    }

    @Override
    protected void doCloseImmediately() {
        writes.close();
        try {
            channel.close();
        } catch (IOException e) {
            connectionLog.debug("a connection from {} is closed: {}", remote, e.getMessage());
        }
        loop.wakeUp(); // which lets go of the descriptor
        acceptor.forget(this);
        super.doCloseImmediately();
        try {
            handler.sessionClosed(this);
        } catch (Exception e) {
            // also of one that was refused, which the handler does not know
            connectionLog.debug("the end of a connection from {}: {}", remote, e.getMessage(), e);
        }
        attributes.clear();
    }

    @Override
    public void shutdownOutputStream() {
        send(PendingWrite.end(remote));
    }

    @Override
    public void suspendRead() {
        change(registered -> registered.interestOpsAnd(~SelectionKey.OP_READ));
    }

    @Override
    public void resumeRead() {
        waitFor(SelectionKey.OP_READ);
    }

    @Override
    public long getId() {
        return id;
    }

    @Override
    public SocketAcceptor getService() {
        return acceptor;
    }

    @Override
    public SocketAddress getLocalAddress() {
        return local;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return remote;
    }

    @Override
    public SocketAddress getAcceptanceAddress() {
        return listening;
    }

    @Override
    public @Nullable Object getAttribute(Object name) {
        return attributes.get(name);
    }

    @Override
    public @Nullable Object setAttribute(Object name, Object value) {
        return attributes.put(name, value);
    }

    @Override
    public @Nullable Object setAttributeIfAbsent(Object name, Object value) {
        return attributes.putIfAbsent(name, value);
    }

    @Override
    public @Nullable Object removeAttribute(Object name) {
        return attributes.remove(name);
    }

    @Override
    public String toString() {
        return "connection " + id + " from " + remote;
    }
}
