package mountagent.sftp.wire;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// One reply as it goes out, its length in front. Built by one thread, then handed on; whoever is done with it
/// calls [#free].
public final class Reply {
    private static final int VERSION = 2;
    private static final int STATUS = 101;
    private static final int HANDLE = 102;
    private static final int DATA = 103;
    private static final int NAME = 104;
    private static final int ATTRS = 105;
    private static final int EXTENDED = 201;

    private static final int HEAD_LENGTH = 9;
    private static final int TEXT_MAX = 1024;

    private final BufferPool pool;
    private final byte[] bytes;
    private final ByteBuffer out;

    private Reply(BufferPool pool, int type, int id, int bodyMax) {
        this.pool = pool;
        this.bytes = pool.take(HEAD_LENGTH + bodyMax);
        this.out = ByteBuffer.wrap(bytes, 0, HEAD_LENGTH + bodyMax);
        out.position(Integer.BYTES).put((byte) type).putInt(id);
    }

    /// The answer to INIT.
    public static Reply version(BufferPool pool, Map<String, String> extensions) {
        // VERSION has the version where other replies have the id
        var reply = new Reply(pool, VERSION, Protocol.VERSION, 2048);
        extensions.forEach((name, revision) -> {
            reply.text(name);
            reply.text(revision);
        });
        return reply;
    }

    /// How a request ended, with words for its user.
    public static Reply status(BufferPool pool, int id, Status status, String text) {
        byte[] words = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(words.length, TEXT_MAX);
        var reply = new Reply(pool, STATUS, id, 3 * Integer.BYTES + length);
        reply.out.putInt(status.number()).putInt(length).put(words, 0, length).putInt(0);
        return reply;
    }

    /// A handle by its number.
    public static Reply handle(BufferPool pool, int id, long handle) {
        var reply = new Reply(pool, HANDLE, id, Integer.BYTES + Long.BYTES);
        reply.out.putInt(Long.BYTES).putLong(handle);
        return reply;
    }

    /// Data, with room for `length` bytes of it, see [#room] and [#filled].
    public static Reply data(BufferPool pool, int id, int length) {
        var reply = new Reply(pool, DATA, id, Integer.BYTES + length);
        reply.out.putInt(length);
        return reply;
    }

    /// Names, whose count is set at the end with [#count].
    public static Reply names(BufferPool pool, int id, int bodyMax) {
        var reply = new Reply(pool, NAME, id, Integer.BYTES + bodyMax);
        reply.out.putInt(0);
        return reply;
    }

    /// Attributes, put by the caller.
    public static Reply attributes(BufferPool pool, int id) {
        return new Reply(pool, ATTRS, id, AttributeEncoder.LENGTH);
    }

    /// The answer to an extension, of at most `bodyMax` bytes, put by the caller.
    public static Reply extended(BufferPool pool, int id, int bodyMax) {
        return new Reply(pool, EXTENDED, id, bodyMax);
    }

    /// Where data goes.
    public MemorySegment room(int length) {
        return MemorySegment.ofArray(bytes).asSlice(out.position(), length);
    }

    /// Says how much data there is.
    public void filled(int length) {
        out.putInt(HEAD_LENGTH, length);
        out.position(out.position() + length);
    }

    /// Says how many names there are.
    public void count(int names) {
        out.putInt(HEAD_LENGTH, names);
    }

    /// What is left of `bodyMax`.
    public int remaining() {
        return out.remaining();
    }

    /// Appends four bytes.
    public Reply int32(int value) {
        out.putInt(value);
        return this;
    }

    /// Appends eight bytes.
    public Reply int64(long value) {
        out.putLong(value);
        return this;
    }

    /// Appends a string.
    public Reply string(byte[] value) {
        out.putInt(value.length).put(value);
        return this;
    }

    /// Appends bytes without a length.
    public Reply raw(byte[] value) {
        out.put(value);
        return this;
    }

    /// Appends a string as UTF-8.
    public Reply text(String value) {
        return string(value.getBytes(StandardCharsets.UTF_8));
    }

    /// The message; the bytes from 0 to [#length] are it.
    public byte[] bytes() {
        return bytes;
    }

    /// Ends building; how many bytes are to be sent.
    public int length() {
        out.putInt(0, out.position() - Integer.BYTES);
        return out.position();
    }

    /// Gives the memory back. Nothing of this is to be used any more.
    public void free() {
        pool.give(bytes);
    }
}
