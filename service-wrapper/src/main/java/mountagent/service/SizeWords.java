package mountagent.service;

import java.util.Locale;

/// Sizes as the official client prints them: powers of 1024, one decimal below 10.
final class SizeWords {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final int STEP = 1024;
    private static final int ONE_DIGIT = 10;

    private SizeWords() {}

    /// `bytes` with a unit: `512 MiB`, `1.5 GiB`.
    static String of(long bytes) {
        var value = (double) bytes;
        var unit = 0;
        while (value >= STEP && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        return String.format(Locale.ROOT, unit > 0 && value < ONE_DIGIT ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }
}
