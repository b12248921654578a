package mountagent.object.crypt;

import java.math.BigInteger;
import java.util.Arrays;

/// Reads one DER value after the other from an array (ITU-T X.690), as far as key files need it. Each call fails with
/// [KeyFileException] when something else comes next. Used by one thread.
final class Der {
    static final int INTEGER = 0x02;
    static final int OCTETS = 0x04;
    static final int OBJECT_ID = 0x06;
    static final int SEQUENCE = 0x30;

    private static final int LONG_FORM = 0x80;
    private static final int LENGTH_BYTES_MAX = 3;
    private static final int BYTE_MASK = 0xFF;

    private final byte[] bytes;
    private final int end;
    private int at;

    /// Reads from the beginning of `bytes`.
    Der(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private Der(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /// Whether a value with this tag comes next.
    boolean comes(int tag) {
        return at < end && (bytes[at] & BYTE_MASK) == tag;
    }

    /// Whether there is one sequence and nothing else.
    boolean isOneSequence() {
        try {
            Der ahead = new Der(bytes, at, end);
            return ahead.sequence().at > at && ahead.at == end;
        } catch (KeyFileException _) {
            return false;
        }
    }

    /// The values inside the sequence that comes next.
    Der sequence() throws KeyFileException {
        return contents(SEQUENCE);
    }

    /// The number that comes next.
    BigInteger integer() throws KeyFileException {
        byte[] digits = contents(INTEGER).rest();
        if (digits.length == 0) {
            throw malformed();
        }
        return new BigInteger(digits);
    }

    /// The number that comes next, from 0 to `max`.
    int integer(int max) throws KeyFileException {
        BigInteger value = integer();
        if (value.signum() < 0 || value.bitLength() >= Integer.SIZE || value.intValue() > max) {
            throw malformed();
        }
        return value.intValue();
    }

    /// The bytes that come next.
    byte[] octets() throws KeyFileException {
        return contents(OCTETS).rest();
    }

    /// The object identifier that comes next, in dotted form.
    String objectId() throws KeyFileException {
        byte[] encoded = contents(OBJECT_ID).rest();
        if (encoded.length == 0 || encoded[encoded.length - 1] < 0) {
            throw malformed();
        }
        StringBuilder dotted = new StringBuilder();
        BigInteger arc = BigInteger.ZERO;
        for (byte each : encoded) {
            arc = arc.shiftLeft(7).or(BigInteger.valueOf(each & 0x7F));
            if (each >= 0) {
                dotted.append(dotted.isEmpty() ? first(arc.intValueExact()) : "." + arc);
                arc = BigInteger.ZERO;
            }
        }
        return dotted.toString();
    }

    /// The first two arcs share a number.
    private static String first(int arcs) {
        int top = Math.min(arcs / 40, 2);
        return top + "." + (arcs - 40 * top);
    }

    private Der contents(int tag) throws KeyFileException {
        if (!comes(tag)) {
            throw malformed();
        }
        at++;
        int length = length();
        if (length > end - at) {
            throw malformed();
        }
        Der inner = new Der(bytes, at, at + length);
        at += length;
        return inner;
    }

    private int length() throws KeyFileException {
        int first = next();
        if (first < LONG_FORM) {
            return first;
        }
        int count = first - LONG_FORM;
        if (count == 0 || count > LENGTH_BYTES_MAX) {
            throw malformed();
        }
        int length = 0;
        for (int i = 0; i < count; i++) {
            length = length << Byte.SIZE | next();
        }
        return length;
    }

    private int next() throws KeyFileException {
        if (at >= end) {
            throw malformed();
        }
        return bytes[at++] & BYTE_MASK;
    }

    private byte[] rest() {
        return Arrays.copyOfRange(bytes, at, end);
    }

    private static KeyFileException malformed() {
        return new KeyFileException(
                KeyFileException.Problem.UNUSABLE, "the key is damaged, or is no RSA key in PKCS#1 or PKCS#8");
    }
}
