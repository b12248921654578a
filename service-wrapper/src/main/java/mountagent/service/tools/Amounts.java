package mountagent.service.tools;

import java.util.Locale;

/// Sizes for people, as the official tools print them.
final class Amounts {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Amounts() {}

    /// `4.8 MiB`, `16 KiB`, `7 B`.
    static String brief(long bytes) {
        int unit = unit(bytes);
        if (bytes < 10) {
            return bytes + " B";
        }
        double value = Math.floor(bytes / Math.pow(1024, unit) * 10 + 0.5) / 10;
        return String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }

    /// `4.77 MiB (5000100 Bytes)`, below 1 KiB `6 Bytes`.
    static String exact(long bytes) {
        if (bytes < 1024) {
            return bytes + " Bytes";
        }
        int unit = unit(bytes);
        return String.format(Locale.ROOT, "%.2f %s (%d Bytes)", bytes / Math.pow(1024, unit), UNITS[unit], bytes);
    }

    private static int unit(long bytes) {
        int unit = 0;
        for (long rest = bytes; rest >= 1024; rest /= 1024) {
            unit++;
        }
        return unit;
    }
}
