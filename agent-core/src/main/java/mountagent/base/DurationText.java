package mountagent.base;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.regex.Pattern;

/// Durations as users write them in flags and URLs: a plain number of seconds, or numbers with units in Go's manner
/// (`1h30m`,
/// `100ms`), or days in front of those (`1d12h`). Reference: cli.md §1. What makes no sense is an error here,
/// where the official client takes it for 0 with a warning.
public final class DurationText {
    private static final String NUMBER = "(?:\\d+(?:\\.\\d*)?|\\.\\d+)";
    private static final Pattern SECONDS = Pattern.compile(NUMBER);
    private static final Pattern FORM =
            Pattern.compile("(?:" + NUMBER + "d)?(?:" + NUMBER + "(?:ns|us|µs|μs|ms|s|m|h))*");
    private static final Pattern PART = Pattern.compile("(" + NUMBER + ")(ns|us|µs|μs|ms|s|m|h|d)");

    private DurationText() {}

    /// The duration that `text` means.
    ///
    /// Throws IllegalArgumentException with a message for the user when it means none.
    public static Duration parse(String text) {
        if (SECONDS.matcher(text).matches()) {
            return ofNanos(text, new BigDecimal(text).scaleByPowerOfTen(9));
        }
        if (text.isEmpty() || !FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no duration: give seconds, or numbers with units such as 1h30m, 100ms, 7d");
        }
        var nanos = BigDecimal.ZERO;
        var part = PART.matcher(text);
        while (part.find()) {
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(nanosOf(part.group(2)))));
        }
        return ofNanos(text, nanos);
    }

    private static Duration ofNanos(String text, BigDecimal nanos) {
        if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too long: durations end below 292 years");
        }
        return Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).longValueExact());
    }

    private static long nanosOf(String unit) {
        return switch (unit) {
            case "ns" -> 1L;
            case "us", "µs", "μs" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            case "d" -> 86_400_000_000_000L;
            default -> throw new IllegalArgumentException("unknown unit " + unit);
        };
    }
}
