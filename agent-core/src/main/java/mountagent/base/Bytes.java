package mountagent.base;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// An immutable string of bytes: a link target, an extended attribute, an unknown tail of a stored record.
public final class Bytes {
    /// No bytes at all.
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /// A copy of `content`.
    public static Bytes of(byte... content) {
        return content.length == 0 ? EMPTY : new Bytes(content.clone());
    }

    /// The bytes of `content` from `from` up to `to`.
    public static Bytes ofRange(byte[] content, int from, int to) {
        return from == to ? EMPTY : new Bytes(Arrays.copyOfRange(content, from, to));
    }

    /// The UTF-8 bytes of `text`.
    public static Bytes utf8(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Count of bytes.
    public int length() {
        return content.length;
    }

    /// Whether there is no byte.
    public boolean isEmpty() {
        return content.length == 0;
    }

    /// The byte at `index`.
    public byte at(int index) {
        return content[index];
    }

    /// A copy as an array.
    public byte[] toArray() {
        return content.clone();
    }

    /// The bytes read as UTF-8, malformed ones replaced; for messages only.
    public String toText() {
        return new String(content, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(content);
    }
}
