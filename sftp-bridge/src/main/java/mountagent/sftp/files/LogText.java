package mountagent.sftp.files;

import java.nio.charset.StandardCharsets;

/// Bytes that a client sent, fit for a line of a log: nothing in them can end the line, move a cursor or pass for the
/// quotation mark.
final class LogText {
    private static final int BYTES_MAX = 4096;

    private LogText() {}

    /// In quotation marks: letters, digits and ASCII as they are, all else as `\xNN`, what is too long cut.
    static String quoted(byte[] bytes) {
        int length = Math.min(bytes.length, BYTES_MAX);
        var text = new StringBuilder(length + 2).append('"');
        for (int at = 0; at < length; ) {
            int one = lengthOfLetter(bytes, at, length);
            if (one > 0) {
                text.append(new String(bytes, at, one, StandardCharsets.UTF_8));
                at += one;
            } else {
                escape(text, bytes[at++]);
            }
        }
        return text.append(bytes.length > length ? "\"…" : "\"").toString();
    }

    private static void escape(StringBuilder text, byte value) {
        text.append("\\x").append(Character.forDigit(value >> 4 & 0xf, 16)).append(Character.forDigit(value & 0xf, 16));
    }

    /// How many bytes the harmless character at `at` has, 0 if there is none.
    private static int lengthOfLetter(byte[] bytes, int at, int end) {
        int first = bytes[at] & 0xff;
        if (first < 0x80) {
            return first >= 0x20 && first < 0x7f && first != '"' && first != '\\' ? 1 : 0;
        }
        int count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (at + count > end) {
            return 0;
        }
        String one = new String(bytes, at, count, StandardCharsets.UTF_8);
        int letter = one.codePointAt(0);
        boolean isWhole = one.codePointCount(0, one.length()) == 1;
        return isWhole && Character.isLetterOrDigit(letter) ? count : 0;
    }
}
