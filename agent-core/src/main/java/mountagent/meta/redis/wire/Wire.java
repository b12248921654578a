package mountagent.meta.redis.wire;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/// Bytes to and from a server, moved by the thread that asks. Nothing but [#await] waits. Not thread-safe, but for
/// [#close()], which ends a wait of another thread.
interface Wire extends AutoCloseable {
    /// Takes all of `bytes`, and sends what goes out at once; the rest goes with [#push] or the next call.
    void send(ByteBuf bytes) throws IOException;

    /// Sends what has been taken, as far as it goes.
    void push() throws IOException;

    /// Adds to `into` what has come, which may be nothing. False at the end of what the server sends.
    boolean receive(ByteBuf into) throws IOException;

    /// Waits until something may have come, what was taken may go on, or the time is over.
    void await(long nanos) throws IOException, InterruptedException;

    /// Ends the connection. Once is enough.
    @Override
    void close();
}
