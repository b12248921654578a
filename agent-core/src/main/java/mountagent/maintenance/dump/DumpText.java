package mountagent.maintenance.dump;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// Bytes as text and back: names, targets of symbolic links and values of attributes may hold any byte, JSON
/// text may not. What is not valid UTF-8, blanks, control characters, `%`, `"` and `\` stand as `%` and two
/// upper-case hex digits (reference: volume-format.md §9).
///
/// U+FFFD is written as three escaped bytes: the official client's own form of it loses two of them.
final class DumpText {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final int REPLACEMENT = 0xFFFD;

    private DumpText() {}

    /// Adds `bytes` to `text`. Nothing in it needs escaping by JSON's rules.
    static void escape(byte[] bytes, StringBuilder text) {
        int at = 0;
        while (at < bytes.length) {
            int length = lengthOfCharacter(bytes, at);
            if (length == 0) {
                text.append('%');
                HEX.toHexDigits(text, bytes[at]);
                at++;
            } else {
                text.append(
                        length == 1
                                ? Character.toString(bytes[at])
                                : new String(bytes, at, length, StandardCharsets.UTF_8));
                at += length;
            }
        }
    }

    /// How many bytes the character at `at` has if it may stand as it is, else 0.
    private static int lengthOfCharacter(byte[] bytes, int at) {
        int first = bytes[at];
        if (first >= 0) {
            return first > ' ' && first != '%' && first != '"' && first != '\\' ? 1 : 0;
        }
        int length = first >= (byte) 0xF0 ? 4 : first >= (byte) 0xE0 ? 3 : 2;
        if (first < (byte) 0xC2 || first > (byte) 0xF4 || at + length > bytes.length) {
            return 0;
        }
        int point = first & 0x7F >> length;
        for (int i = 1; i < length; i++) {
            if ((bytes[at + i] & 0xC0) != 0x80) {
                return 0;
            }
            point = point << 6 | bytes[at + i] & 0x3F;
        }
        return isCharacter(point, length) ? length : 0;
    }

    private static boolean isCharacter(int point, int length) {
        int least = switch (length) {
            case 2 -> 0x80;
            case 3 -> 0x800;
            default -> 0x10000;
        };
        boolean isSurrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
        return point >= least && point <= Character.MAX_CODE_POINT && !isSurrogate && point != REPLACEMENT;
    }

    /// Whether `bytes` are valid UTF-8, so that they survive as text.
    static boolean isText(byte[] bytes) {
        return Arrays.equals(bytes, new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
    }

    /// The bytes that `text` stands for. IllegalArgumentException when a `%` is not followed by two hex
    /// digits, or when half a character is there.
    static byte[] unescape(String text) {
        if (text.indexOf('%') < 0) {
            return utf8(text);
        }
        var bytes = new ByteArrayOutputStream(text.length());
        int at = 0;
        while (at < text.length()) {
            int percent = text.indexOf('%', at);
            bytes.writeBytes(utf8(text.substring(at, percent < 0 ? text.length() : percent)));
            if (percent < 0) {
                break;
            }
            if (percent + 2 >= text.length()
                    || !HexFormat.isHexDigit(text.charAt(percent + 1))
                    || !HexFormat.isHexDigit(text.charAt(percent + 2))) {
                throw new IllegalArgumentException("a '%' must be followed by two hex digits");
            }
            bytes.write(HexFormat.fromHexDigits(text, percent + 1, percent + 3));
            at = percent + 3;
        }
        return bytes.toByteArray();
    }

    /// The UTF-8 bytes of text; IllegalArgumentException when it holds half a character.
    static byte[] utf8(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean isPair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!isPair) {
                    throw new IllegalArgumentException("half a character (a lone surrogate)");
                }
                i++;
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
