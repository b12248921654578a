package mountagent.meta.redis.wire;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.ConnectionFacade;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.protocol.RedisStateMachine;
import io.lettuce.core.resource.ClientResources;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Where Lettuce writes commands to: they are encoded at once, and sent and answered in [#drive]. Not thread-safe, but
/// for closing.
final class DrivenWriter implements RedisChannelWriter {
    /// Above this a buffer is not kept for the next batch.
    private static final int KEPT_BYTES = 256 << 10;

    private final Wire wire;
    private final ClientResources resources;
    private final RedisStateMachine decoder = new RedisStateMachine();
    private final Deque<RedisCommand<?, ?, ?>> unanswered = new ArrayDeque<>();
    private final ByteBuf out = Unpooled.buffer();
    private final ByteBuf in = Unpooled.buffer();
    private volatile boolean open = true;

    DrivenWriter(Wire wire, ClientResources resources) {
        this.wire = wire;
        this.resources = resources;
        decoder.setProtocolVersion(ProtocolVersion.RESP2);
    }

    @Override
    public <K, V, T> RedisCommand<K, V, T> write(RedisCommand<K, V, T> command) {
        command.encode(out);
        unanswered.add(command);
        return command;
    }

    @Override
    public <K, V> Collection<RedisCommand<K, V, ?>> write(Collection<? extends RedisCommand<K, V, ?>> commands) {
        commands.forEach(this::write);
        return List.copyOf(commands);
    }

    /// Sends what was written and waits until all of it is answered, or `deadlineNanos` (of [System#nanoTime()]) is
    /// past: then some answers are not there. After an IOException the connection is of no more use.
    void drive(long deadlineNanos) throws IOException, InterruptedException {
        boolean failed = true;
        try {
            send();
            long left = deadlineNanos - System.nanoTime();
            while (!unanswered.isEmpty() && left > 0) {
                wire.push();
                wire.await(left);
                receive();
                left = deadlineNanos - System.nanoTime();
            }
            failed = false;
        } catch (InterruptedException e) {
            failed = false;
            throw e;
        } finally {
            if (failed) {
                close();
            }
        }
    }

    private void send() throws IOException {
        if (out.isReadable()) {
            wire.send(out);
            reuse(out);
        }
    }

    private void receive() throws IOException {
        boolean goesOn = wire.receive(in);
        while (in.isReadable() && !unanswered.isEmpty() && decode(unanswered.element())) {
            unanswered.remove().complete();
        }
        if (!goesOn && !unanswered.isEmpty()) {
            throw new EOFException("the server closed the connection");
        }
        if (in.isReadable()) {
            in.discardSomeReadBytes();
        } else {
            reuse(in);
        }
    }

    private boolean decode(RedisCommand<?, ?, ?> command) throws IOException {
        CommandOutput<?, ?, ?> output = command.getOutput();
        try {
            return decoder.decode(in, output, command::completeExceptionally);
        } catch (RuntimeException e) {
            IOException strange = new IOException("the answer is not in Redis's protocol: " + e.getMessage());
            strange.addSuppressed(e);
            throw strange;
        }
    }

    private static void reuse(ByteBuf buffer) {
        buffer.clear();
        if (buffer.capacity() > KEPT_BYTES) {
            buffer.capacity(KEPT_BYTES);
        }
    }

    /// Looks whether the server has ended the connection, or said what it was not asked, while nobody drove it.
    boolean isAlive() {
        if (open && unanswered.isEmpty()) {
            try {
                if (wire.receive(in) && !in.isReadable()) {
                    return true;
                }
            } catch (IOException _) {
                // it is not
            }
            close();
        }
        return open;
    }

    boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
        wire.close();
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        close();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void setConnectionFacade(ConnectionFacade connection) {}

    @Override
    public void setAutoFlushCommands(boolean autoFlush) {
        if (autoFlush) {
            throw new IllegalArgumentException("commands go out when they are driven");
        }
    }

    /// What is written goes out in [#drive].
    @Override
    public void flushCommands() {}

    @Override
    public ClientResources getClientResources() {
        return resources;
    }
}
