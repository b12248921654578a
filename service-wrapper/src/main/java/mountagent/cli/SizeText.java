package mountagent.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Pattern;

/// Sizes as flags give them: a number, which may have a fraction, and at most one letter, powers of 1024
/// (reference: cli.md §1). `4MiB` and `100GB` are errors.
final class SizeText {
    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(B|[KMGTPEkmgtpe])?");
    private static final String UNITS = "BKMGTPE";

    private SizeText() {}

    /// The bytes that `text` means; without a letter it counts `unit`, one of B K M G T P E.
    ///
    /// Throws IllegalArgumentException with a message for the user when it means none.
    static long bytes(String text, char unit) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no size: give a number and at most one letter of B K M G T P E, such as 512M");
        }
        var letter = matcher.group(2) == null
                ? unit
                : matcher.group(2).toUpperCase(Locale.ROOT).charAt(0);
        var factor = BigDecimal.valueOf(1L << (10 * UNITS.indexOf(letter)));
        var bytes = new BigDecimal(matcher.group(1)).multiply(factor).setScale(0, RoundingMode.DOWN);
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too large: sizes end below 8E");
        }
        return bytes.longValueExact();
    }
}
