package mountagent.service.inspect;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One line of an access log, as far as `profile` needs it. `micros` is how long the operation took.
record LogEntry(LocalDateTime time, String uid, String gid, String pid, String operation, long micros) {
    private static final Pattern LINE = Pattern.compile(
            "(\\S+ \\S+) \\[uid:(\\d+),gid:(\\d+),pid:(\\d+)] (\\S+) .*<(\\d+\\.\\d+)>\\s*", Pattern.DOTALL);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy.MM.dd HH:mm:ss.SSSSSS", Locale.ROOT);
    private static final double MICROS = 1e6;
    private static final int SHORTEST = 3;

    /// Whether a line says that nothing happened.
    static boolean isIdle(String line) {
        return line.length() < SHORTEST;
    }

    /// What a line tells; null when it is no line of an access log.
    static @Nullable LogEntry parse(String line) {
        var parts = LINE.matcher(line);
        if (!parts.matches()) {
            return null;
        }
        try {
            return new LogEntry(
                    LocalDateTime.parse(parts.group(1), TIME),
                    parts.group(2),
                    parts.group(3),
                    parts.group(4),
                    parts.group(5),
                    (long) (Double.parseDouble(parts.group(6)) * MICROS));
        } catch (DateTimeParseException _) {
            return null;
        }
    }
}
