package mountagent.service;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mountagent.base.Sizes;
import org.jspecify.annotations.Nullable;

/// The head of a request to a [LoopbackBucket]: RFC 9112, as far as a client of S3 goes. Names of headers are in small
/// letters.
record LoopbackRequest(String method, String target, Map<String, String> headers) {
    /// The longest head there may be.
    static final int HEAD_BYTES_MAX = 64 * Sizes.KIB;

    private static final String LINE_END = "\r\n";
    private static final String HEAD_END = LINE_END + LINE_END;
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{1,18})");

    LoopbackRequest {
        headers = Map.copyOf(headers);
    }

    /// The bytes `[from, to)` of an object.
    record Range(long from, long to) {}

    /// The next head that comes through `source`; null where the client ends. `buffer`, to be filled, has
    /// what came beyond the request before, and afterwards what came beyond this head.
    static @Nullable LoopbackRequest read(ReadableByteChannel source, ByteBuffer buffer) throws IOException {
        int end = headEnd(buffer);
        while (end < 0) {
            if (!buffer.hasRemaining()) {
                throw new IOException("a head of more than " + HEAD_BYTES_MAX + " bytes");
            }
            if (source.read(buffer) < 0) {
                return null;
            }
            end = headEnd(buffer);
        }
        var head = text(buffer).substring(0, end);
        buffer.flip().position(end + HEAD_END.length());
        buffer.compact();
        return parse(head);
    }

    private static int headEnd(ByteBuffer buffer) {
        return text(buffer).indexOf(HEAD_END);
    }

    /// What `buffer` has, a character a byte.
    private static String text(ByteBuffer buffer) {
        return StandardCharsets.ISO_8859_1.decode(buffer.duplicate().flip()).toString();
    }

    private static LoopbackRequest parse(String head) throws IOException {
        String[] lines = head.split(LINE_END, -1);
        String[] words = lines[0].split(" ", -1);
        if (words.length != 3) {
            throw new IOException("no request: " + lines[0]);
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                headers.put(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip());
            }
        }
        return new LoopbackRequest(words[0], words[1], headers);
    }

    /// The value of a header, empty when there is none.
    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /// How many bytes follow the head.
    long bodyBytes() throws IOException {
        String length = header("content-length");
        if (length.isEmpty()) {
            return 0;
        }
        if (!length.matches("\\d{1,18}")) {
            throw new IOException("no length: " + length);
        }
        return Long.parseLong(length);
    }

    /// The range asked for of an object of `length` bytes, all of it when none is; empty beyond its end.
    Range range(long length) {
        Matcher range = RANGE.matcher(header("range"));
        return range.matches()
                ? new Range(Long.parseLong(range.group(1)), Math.min(length, Long.parseLong(range.group(2)) + 1))
                : new Range(0, length);
    }

    /// Moves the next `count` bytes of the body, of which `buffer` has the beginning, to `sink`.
    static void body(ReadableByteChannel source, ByteBuffer buffer, long count, Sink sink) throws IOException {
        long left = count;
        while (true) {
            buffer.flip();
            int limit = buffer.limit();
            buffer.limit((int) Math.min(limit, left));
            left -= buffer.remaining();
            while (buffer.hasRemaining()) {
                sink.write(buffer);
            }
            buffer.limit(limit).compact();
            if (left == 0) {
                return;
            }
            if (source.read(buffer) < 0) {
                throw new EOFException("the client left, " + left + " bytes before its end");
            }
        }
    }

    /// Where a body goes.
    @FunctionalInterface
    interface Sink {
        /// Takes some of `bytes`, from their position on.
        void write(ByteBuffer bytes) throws IOException;
    }
}
