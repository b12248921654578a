package mountagent.meta.redis.practice;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import mountagent.base.Sizes;
import org.jspecify.annotations.Nullable;

/// The replies to one client that are not sent yet, in RESP2.
final class Replies {
    private static final int BYTES_FIRST = 16 * Sizes.KIB;

    private byte[] bytes = new byte[BYTES_FIRST];
    private int sent;
    private int end;

    /// A word like `OK`.
    void status(String text) {
        line('+', text);
    }

    void error(String text) {
        line('-', text);
    }

    void integer(long number) {
        line(':', Long.toString(number));
    }

    /// 1 for true, 0 for false.
    void flag(boolean is) {
        integer(is ? 1 : 0);
    }

    /// The beginning of an array: as many replies follow.
    void array(int count) {
        line('*', Integer.toString(count));
    }

    /// What EXEC says of a transaction that was given up.
    void noArray() {
        line('*', "-1");
    }

    void bulk(String text) {
        bulk(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Instead of a byte string.
    void nothing() {
        line('$', "-1");
    }

    /// A byte string, or none.
    void bulk(byte @Nullable [] value) {
        if (value == null) {
            nothing();
            return;
        }
        line('$', Integer.toString(value.length));
        put(value);
        lineEnd();
    }

    /// An array of byte strings.
    void bulks(Collection<String> values) {
        array(values.size());
        values.forEach(this::bulk);
    }

    private void line(char kind, String text) {
        room(text.length() + 1);
        bytes[end++] = (byte) kind;
        put(text.getBytes(StandardCharsets.ISO_8859_1));
        lineEnd();
    }

    private void put(byte[] added) {
        room(added.length);
        System.arraycopy(added, 0, bytes, end, added.length);
        end += added.length;
    }

    private void lineEnd() {
        room(2);
        bytes[end++] = '\r';
        bytes[end++] = '\n';
    }

    private void room(int more) {
        if (bytes.length - end < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, end + more));
        }
    }

    /// Where the next reply begins, for [#back].
    int mark() {
        return end;
    }

    /// Takes back what came after `mark`.
    void back(int mark) {
        end = mark;
    }

    /// How many bytes are not sent yet.
    int waiting() {
        return end - sent;
    }

    /// Sends as much as goes at once.
    void send(WritableByteChannel target) throws IOException {
        sent += target.write(ByteBuffer.wrap(bytes, sent, end - sent));
        if (sent == end) {
            sent = 0;
            end = 0;
        }
    }
}
