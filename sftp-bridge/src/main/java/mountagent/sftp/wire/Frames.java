package mountagent.sftp.wire;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Cuts messages out of a stream of bytes that comes in pieces of any size.
///
/// What was added and not taken is kept as it came: who adds no more than a window of bytes that are given
/// back when their message is done bounds it. The memory of a message is taken when its length is known and in
/// order, of which the first bytes are there. Not thread-safe.
public final class Frames {
    private static final int LENGTH_BYTES = Integer.BYTES;

    private final BufferPool pool;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int waitingAt;

    private int head;
    private int headBytes;
    private byte @Nullable [] body;
    private int bodyLength;
    private int bodyBytes;

    public Frames(BufferPool pool) {
        this.pool = pool;
    }

    /// Keeps a copy of `bytes[from, from + count)` for [#next].
    public void add(byte[] bytes, int from, int count) {
        if (count > 0) {
            byte[] copy = new byte[count];
            System.arraycopy(bytes, from, copy, 0, count);
            waiting.addLast(copy);
        }
    }

    /// The next message, or null while it is not complete. A length that no message has is a
    /// [BadMessageException]: there is no going on after it.
    public @Nullable Message next() throws BadMessageException {
        while (!waiting.isEmpty()) {
            byte[] piece = waiting.getFirst();
            waitingAt += take(piece, waitingAt, piece.length - waitingAt);
            if (waitingAt == piece.length) {
                waiting.removeFirst();
                waitingAt = 0;
            }
            Message complete = complete();
            if (complete != null) {
                return complete;
            }
        }
        return null;
    }

    /// Whether bytes wait that were added.
    public boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /// Takes bytes for the message under way and returns how many: all, or those up to its end, when
    /// [#complete] has it. Not to be used while bytes wait.
    public int take(byte[] bytes, int from, int count) throws BadMessageException {
        int taken = 0;
        while (headBytes < LENGTH_BYTES && taken < count) {
            head = head << Byte.SIZE | bytes[from + taken++] & 0xff;
            if (++headBytes == LENGTH_BYTES) {
                begin();
            }
        }
        if (body != null) {
            int part = Math.min(count - taken, bodyLength - bodyBytes);
            System.arraycopy(bytes, from + taken, body, bodyBytes, part);
            bodyBytes += part;
            taken += part;
        }
        return taken;
    }

    private void begin() throws BadMessageException {
        if (head <= 0 || head > Protocol.MESSAGE_MAX) {
            throw new BadMessageException("a message of " + Integer.toUnsignedString(head) + " bytes is not from 1 to "
                    + Protocol.MESSAGE_MAX);
        }
        bodyLength = head;
        bodyBytes = 0;
        body = pool.take(bodyLength);
    }

    /// The message that was taken last, if it is complete.
    public @Nullable Message complete() {
        byte[] bytes = body;
        if (bytes == null || bodyBytes < bodyLength) {
            return null;
        }
        body = null;
        head = 0;
        headBytes = 0;
        return new Message(bytes, bodyLength, LENGTH_BYTES + bodyLength);
    }
}
