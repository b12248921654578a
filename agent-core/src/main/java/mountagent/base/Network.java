package mountagent.base;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/// A range of addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address alone.
public record Network(byte[] address, int bits) {
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /// Reads one. IllegalArgumentException, which names it, when it is none; names of hosts are none.
    public static Network of(String text) {
        int slash = text.indexOf('/');
        byte[] address = address(text, slash < 0 ? text : text.substring(0, slash));
        int most = address.length * Byte.SIZE;
        int bits = slash < 0 ? most : bits(text, text.substring(slash + 1));
        if (bits > most) {
            throw wrong(text);
        }
        return new Network(address, bits);
    }

    private static byte[] address(String text, String part) {
        if (!ADDRESS.matcher(part).matches()) {
            throw wrong(text);
        }
        try {
            return InetAddress.getByName(part).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(wrong(text).getMessage(), e);
        }
    }

    private static int bits(String text, String part) {
        if (!part.matches("\\d{1,3}")) {
            throw wrong(text);
        }
        return Integer.parseInt(part);
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "\"" + text + "\" is no address and no network like 10.0.0.0/8 or 2001:db8::/32");
    }

    /// The address it was written with.
    public InetAddress first() {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    /// Whether `other` is in it.
    public boolean contains(InetAddress other) {
        byte[] bytes = other.getAddress();
        if (bytes.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> bit % Byte.SIZE;
            if ((bytes[bit / Byte.SIZE] & mask) != (address[bit / Byte.SIZE] & mask)) {
                return false;
            }
        }
        return true;
    }
}
