package mountagent.service.inspect;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import mountagent.service.inspect.Paint.Colour;

/// Lays readings out in columns of five characters, as the official client does.
final class StatsTable {
    private static final int COLUMN = 5;
    private static final int STEP = 10_000;
    private static final int BITS = 10;
    private static final double MILLIS = 1000;
    private static final String UNITS = "KMGTP";
    private static final Colour[] UNIT_COLOURS = {Colour.YELLOW, Colour.GREEN, Colour.BLUE, Colour.MAGENTA, Colour.CYAN
    };

    /// Whether a row tells of a whole interval, or of the last second within one.
    enum Row {
        INTERVAL,
        PASSING
    }

    private final List<StatsSection> sections;
    private final Paint paint;
    private final int intervalSeconds;

    StatsTable(List<StatsSection> sections, Paint paint, int intervalSeconds) {
        this.sections = sections;
        this.paint = paint;
        this.intervalSeconds = intervalSeconds;
    }

    /// Two lines: the sections, and the items in them.
    String header() {
        List<String> heads = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (StatsSection section : sections) {
            List<String> columns = new ArrayList<>();
            int width = -1;
            for (StatsItem item : section.items()) {
                int wide = item.kind() == StatsItem.Kind.CLOCK ? Readings.TIME_LENGTH : COLUMN;
                columns.add(paint.underlined(centred(item.nick(), wide, ' '), Colour.BLUE));
                if (item.columns() == 2) {
                    columns.add(paint.underlined(" lat ", Colour.BLUE));
                }
                width += (wide + 1) + (item.columns() - 1) * (COLUMN + 1);
            }
            names.add(String.join(" ", columns));
            heads.add(paint.dark(centred(section.name(), width, '-'), Colour.BLUE));
        }
        return String.join(" ", heads) + "\n" + String.join(bar(), names);
    }

    private String bar() {
        return paint.dark("|", Colour.BLUE);
    }

    private static String centred(String name, int width, char filler) {
        String shown = name.substring(0, Math.min(width, name.length()));
        int before = (width - shown.length() + 1) / 2;
        String filling = String.valueOf(filler);
        return filling.repeat(before) + shown + filling.repeat(width - shown.length() - before);
    }

    /// One line of what happened between two readings.
    String row(Readings before, Readings after, Row row) {
        List<String> shown = new ArrayList<>();
        for (StatsSection section : sections) {
            List<String> columns = new ArrayList<>();
            for (StatsItem item : section.items()) {
                add(columns, item, before, after, row);
            }
            shown.add(String.join(" ", columns));
        }
        return String.join(bar(), shown);
    }

    private void add(List<String> columns, StatsItem item, Readings before, Readings after, Row row) {
        double seconds = row == Row.INTERVAL ? intervalSeconds : 1;
        String metric = item.metric();
        switch (item.kind()) {
            case CLOCK ->
                columns.add(
                        row == Row.INTERVAL
                                ? paint.dark(after.time(), Colour.WHITE)
                                : paint.bright(after.time(), Colour.BLACK));
            case GAUGE_BYTES -> columns.add(number(after.value(metric), row, "B"));
            case BYTES -> columns.add(number(after.since(before, metric) / seconds, row, "B"));
            case COUNT -> columns.add(number(after.since(before, metric) / seconds, row, " "));
            case CPU -> columns.add(share(after.since(before, metric) / seconds, row));
            case TIMES -> {
                double count = after.since(before, metric + "_total");
                double took = after.since(before, metric + "_sum") * MILLIS;
                columns.add(number(count / seconds, row, " "));
                columns.add(millis(count > 0 ? took / count : 0, row));
            }
        }
    }

    private String coloured(String text, Colour colour, Row row) {
        return row == Row.PASSING ? paint.dark(text, colour) : paint.bright(text, colour);
    }

    private String number(double value, Row row, String unit) {
        if (value <= 0) {
            return paint.bright("   0 ", Colour.BLACK);
        }
        long number = (long) value;
        if (number < STEP) {
            return coloured(String.format(Locale.ROOT, "%4d", number), Colour.RED, row)
                    + paint.bright(unit, Colour.BLACK);
        }
        int step = 0;
        number >>= BITS;
        while (number >= STEP && step < UNITS.length() - 1) {
            number >>= BITS;
            step++;
        }
        return coloured(String.format(Locale.ROOT, "%4d", number), UNIT_COLOURS[step], row)
                + paint.bright(UNITS.substring(step, step + 1), Colour.BLACK);
    }

    private String millis(double value, Row row) {
        if (value <= 0) {
            return paint.bright("   0 ", Colour.BLACK);
        }
        if (value < 10) {
            return coloured(rounded(value, 2) + " ", Colour.GREEN, row);
        }
        if (value < 100) {
            return coloured(rounded(value, 1) + " ", Colour.YELLOW, row);
        }
        return value < STEP
                ? coloured(rounded(value, 0) + " ", Colour.RED, row)
                : coloured(String.format(Locale.ROOT, "%.0e", value), Colour.MAGENTA, row);
    }

    // To the even neighbour where it lies in the middle, as the official client does and `String.format` does not.
    private static String rounded(double value, int digits) {
        String text =
                new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
        return " ".repeat(Math.max(0, COLUMN - 1 - text.length())) + text;
    }

    private String share(double value, Row row) {
        double percent = value * 100;
        String text = rounded(Math.max(0, percent), percent < 100 ? 1 : 0);
        Colour colour =
                percent <= 0 ? Colour.WHITE : percent < 30 ? Colour.GREEN : percent < 100 ? Colour.YELLOW : Colour.RED;
        return coloured(text, colour, row) + paint.bright("%", Colour.BLACK);
    }

    /// The metrics of a mount at one time. `time` is how that is shown.
    record Readings(Map<String, Double> values, String time) {
        /// How long a time is, as `MM-DD hh:mm:ss`.
        static final int TIME_LENGTH = 14;

        private static final String PREFIX = "juicefs_";

        double value(String metric) {
            return values.getOrDefault(PREFIX + metric, 0.0);
        }

        double since(Readings before, String metric) {
            return value(metric) - before.value(metric);
        }
    }
}
