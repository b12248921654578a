package mountagent.meta.redis.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// TLS over another wire: Netty's handler in a channel that has no thread.
final class TlsWire implements Wire {
    private final Wire below;
    private final SslHandler handler;
    private final EmbeddedChannel channel;
    private final ByteBuf received = Unpooled.buffer();

    private TlsWire(Wire below, SSLEngine engine) {
        this.below = below;
        this.handler = new SslHandler(engine);
        handler.setHandshakeTimeoutMillis(0);
        this.channel = new EmbeddedChannel();
        channel.config().setAllocator(new UnpooledByteBufAllocator(false /* not outside the heap */));
        channel.pipeline().addLast(handler);
    }

    /// Agrees with the server on keys; `below` is closed if that fails.
    static TlsWire agree(Wire below, SSLEngine engine, Duration timeout) throws IOException, InterruptedException {
        TlsWire wire = new TlsWire(below, engine);
        boolean agreed = false;
        try {
            wire.shakeHands(timeout);
            agreed = true;
            return wire;
        } finally {
            if (!agreed) {
                wire.close();
            }
        }
    }

    private void shakeHands(Duration timeout) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        sendEncrypted();
        while (!handler.handshakeFuture().isDone()) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                throw new SocketTimeoutException("no agreement on TLS within " + timeout.toMillis() + " ms");
            }
            below.push();
            below.await(left);
            if (!feed()) {
                throw new EOFException("the server closed the connection instead of speaking TLS");
            }
        }
        Throwable cause = handler.handshakeFuture().cause();
        if (cause != null) {
            throw asIoException(cause);
        }
    }

    @Override
    public void send(ByteBuf bytes) throws IOException {
        channel.writeOutbound(bytes.readRetainedSlice(bytes.readableBytes()));
        sendEncrypted();
    }

    private void sendEncrypted() throws IOException {
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            try {
                below.send(next);
            } finally {
                next.release();
            }
        }
    }

    @Override
    public void push() throws IOException {
        below.push();
    }

    @Override
    public boolean receive(ByteBuf into) throws IOException {
        boolean goesOn = feed();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            try {
                into.writeBytes(next);
            } finally {
                next.release();
            }
        }
        return goesOn && !handler.sslCloseFuture().isDone();
    }

    /// Hands what has come to the handler, and sends what it answers.
    private boolean feed() throws IOException {
        boolean goesOn = below.receive(received);
        if (received.isReadable()) {
            try {
                channel.writeInbound(received.readBytes(received.readableBytes()));
            } catch (DecoderException e) {
                throw asIoException(e);
            } finally {
                received.clear();
                sendEncrypted();
            }
        }
        return goesOn;
    }

    private static IOException asIoException(Throwable failure) {
        @Nullable Throwable cause = failure instanceof DecoderException ? failure.getCause() : failure;
        return cause instanceof IOException e ? e : new IOException(failure);
    }

    @Override
    public void await(long nanos) throws IOException, InterruptedException {
        below.await(nanos);
    }

    /// Without a farewell, since another thread may be using the handler.
    @Override
    public void close() {
        below.close();
    }
}
