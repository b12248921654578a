package mountagent.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;

/// Rates as flags give them: a number and at most one letter M G T P, decimal, megabits a second without one
/// (reference: cli.md §1).
final class RateText {
    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)([MGTP])?");
    private static final String UNITS = "MGTP";

    private RateText() {}

    /// The megabits a second that `text` means.
    ///
    /// Throws IllegalArgumentException with a message for the user when it means none.
    static long megabitsPerSecond(String text) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is no rate: give a number and at most one letter of M G T P (bits a second), such as 500M");
        }
        var unit = matcher.group(2) == null ? 0 : UNITS.indexOf(matcher.group(2));
        var megabits =
                new BigDecimal(matcher.group(1)).scaleByPowerOfTen(3 * unit).setScale(0, RoundingMode.DOWN);
        if (megabits.compareTo(BigDecimal.valueOf(Long.MAX_VALUE / 1_000_000)) > 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too large for a rate");
        }
        return megabits.longValueExact();
    }
}
