package mountagent.sftp.wire;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import mountagent.base.Attr;
import mountagent.base.FileName;
import mountagent.base.FileType;

/// The line that stands beside each name of a listing, as `ls -l` writes it.
public final class LongName {
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    private static final String RIGHTS = "rwxrwxrwx";
    private static final long HALF_A_YEAR_SECONDS = 365L * 24 * 3600 / 2;

    private final ZoneId zone;
    private final long nowSeconds;

    /// Lines as of `nowSeconds`, in the time of `zone`.
    public LongName(ZoneId zone, long nowSeconds) {
        this.zone = zone;
        this.nowSeconds = nowSeconds;
    }

    /// The line.
    public byte[] of(FileName name, Attr attr) {
        var line = new StringBuilder(64);
        mode(line, attr);
        padLeft(line.append(' '), Integer.toString(attr.nlink()), 4);
        padRight(line.append(' '), Integer.toUnsignedString(attr.uid()), 8);
        padRight(line.append(' '), Integer.toUnsignedString(attr.gid()), 8);
        padLeft(line.append(' '), Long.toString(attr.length()), 8);
        time(line.append(' '), attr.mtime().seconds());
        return join(line.append(' '), name);
    }

    private static byte[] join(StringBuilder line, FileName name) {
        byte[] front = line.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = name.toArray();
        byte[] all = new byte[front.length + bytes.length];
        System.arraycopy(front, 0, all, 0, front.length);
        System.arraycopy(bytes, 0, all, front.length, bytes.length);
        return all;
    }

    private static void mode(StringBuilder line, Attr attr) {
        line.append(letter(attr.type()));
        for (int i = 0; i < RIGHTS.length(); i++) {
            line.append((attr.mode() & 1 << RIGHTS.length() - 1 - i) != 0 ? RIGHTS.charAt(i) : '-');
        }
        special(line, 3, (attr.mode() & 04000) != 0, 's', 'S');
        special(line, 6, (attr.mode() & 02000) != 0, 's', 'S');
        special(line, 9, (attr.mode() & 01000) != 0, 't', 'T');
    }

    private static void special(StringBuilder line, int at, boolean isSet, char executable, char plain) {
        if (isSet) {
            line.setCharAt(at, line.charAt(at) == 'x' ? executable : plain);
        }
    }

    private static char letter(FileType type) {
        return switch (type) {
            case FILE -> '-';
            case DIRECTORY -> 'd';
            case SYMLINK -> 'l';
            case FIFO -> 'p';
            case BLOCK_DEVICE -> 'b';
            case CHARACTER_DEVICE -> 'c';
            case SOCKET -> 's';
        };
    }

    private void time(StringBuilder line, long seconds) {
        long shown = Math.clamp(seconds, 0, 0xffff_ffffL);
        LocalDateTime time = LocalDateTime.ofInstant(Instant.ofEpochSecond(shown), zone);
        padLeft(line.append(MONTHS[time.getMonthValue() - 1]).append(' '), Integer.toString(time.getDayOfMonth()), 2);
        line.append(' ');
        if (shown > nowSeconds || nowSeconds - shown > HALF_A_YEAR_SECONDS) {
            padLeft(line, Integer.toString(time.getYear()), 5);
        } else {
            twoDigits(line, time.getHour()).append(':');
            twoDigits(line, time.getMinute());
        }
    }

    private static StringBuilder twoDigits(StringBuilder line, int value) {
        return line.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
    }

    private static void padLeft(StringBuilder line, String text, int width) {
        line.repeat(" ", Math.max(0, width - text.length())).append(text);
    }

    private static void padRight(StringBuilder line, String text, int width) {
        line.append(text).repeat(" ", Math.max(0, width - text.length()));
    }
}
