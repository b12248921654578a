package mountagent.meta.redis.practice;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Sizes;
import org.jspecify.annotations.Nullable;

/// Takes requests out of what a client sends: arrays of byte strings, which is all that clients send
/// (RESP, <https://redis.io/docs/latest/develop/reference/protocol-spec/>).
final class RequestReader {
    private static final int BYTES_FIRST = 16 * Sizes.KIB;
    private static final int BYTES_MAX = 2 * Sizes.MIB;
    private static final int WORDS_MAX = 8192;
    private static final int NUMBER_MAX = 10;

    private ByteBuffer buffer = ByteBuffer.allocate(BYTES_FIRST).flip();

    /// Takes in what has come. False at the end; IOException when a request is too long.
    boolean receive(ReadableByteChannel source) throws IOException {
        buffer.compact();
        if (!buffer.hasRemaining()) {
            if (buffer.capacity() >= BYTES_MAX) {
                throw new IOException("a request of more than " + BYTES_MAX + " bytes");
            }
            buffer = ByteBuffer.allocate(buffer.capacity() * 2).put(buffer.flip());
        }
        int count = source.read(buffer);
        buffer.flip();
        return count >= 0;
    }

    /// The next request, null when it has not come wholly. IOException when it is none.
    @Nullable
    Request next() throws IOException {
        int start = buffer.position();
        List<byte[]> words = words();
        if (words == null) {
            buffer.position(start);
            return null;
        }
        return new Request(words);
    }

    private @Nullable List<byte[]> words() throws IOException {
        int count = header('*');
        if (count < 0) {
            return null;
        }
        if (count == 0 || count > WORDS_MAX) {
            throw new IOException("a request of " + count + " words");
        }
        List<byte[]> words = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int length = header('$');
            if (length < 0 || buffer.remaining() < length + 2) {
                return null;
            }
            byte[] word = new byte[length];
            buffer.get(word);
            buffer.position(buffer.position() + 2);
            words.add(word);
        }
        return words;
    }

    /// The number of a line that begins with `kind`; -1 when it has not come wholly.
    private int header(char kind) throws IOException {
        int number = 0;
        for (int i = 0; buffer.hasRemaining(); i++) {
            char next = (char) (buffer.get() & 0xff);
            if (i == 0 ? next != kind : i > NUMBER_MAX || !(Character.isDigit(next) || next == '\r' || next == '\n')) {
                throw new IOException("no request");
            }
            if (next == '\n') {
                return number;
            }
            if (i > 0 && next != '\r') {
                number = Math.min(BYTES_MAX, number * 10 + (next - '0'));
            }
        }
        return -1;
    }
}
