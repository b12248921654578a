package mountagent.service.inspect;

import java.io.PrintWriter;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import mountagent.service.inspect.Paint.Colour;
import mountagent.service.inspect.ProfileCounts.Sum;

/// Prints counts of one interval as the official client does: below each other, or on a terminal over each other.
final class ProfileTable {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT);
    private static final double MICROS = 1e6;

    /// What the head says about a log that is replayed.
    enum Stage {
        LIVE(""),
        REPLAYING("(replaying)"),
        DONE("(replay done)");

        private final String words;

        Stage(String words) {
            this.words = words;
        }
    }

    private final PrintWriter out;
    private final Paint paint;

    ProfileTable(PrintWriter out, Paint paint) {
        this.out = out;
        this.paint = paint;
    }

    /// The counts of `seconds` that ended at `end`.
    void print(ProfileCounts counts, double seconds, LocalDateTime end, Stage stage) {
        String head = String.format(
                Locale.ROOT,
                "> JuiceFS Profiling %13s  Refresh: %.0f seconds %20s",
                stage.words,
                seconds,
                TIME.format(end));
        String columns = String.format(
                Locale.ROOT,
                "%-14s %10s %15s %18s %14s",
                "Operation",
                "Count",
                "Average(us)",
                "Total(us)",
                "Percent(%)");
        if (paint == Paint.COLOURED) {
            out.print(Paint.CLEAR);
            out.println(paint.bright(head, Colour.GREEN));
            out.println(paint.bright(stage == Stage.LIVE ? "" : "\n[enter]Pause/Continue\n", Colour.YELLOW));
            out.println(paint.bright(columns, Colour.BLUE));
        } else {
            out.println(head);
            out.println(columns);
        }
        for (Sum sum : counts.sorted()) {
            out.println(paint.bright(line(sum, seconds), Colour.BLACK));
        }
        if (paint == Paint.PLAIN) {
            out.println();
        }
        out.flush();
    }

    private static String line(Sum sum, double seconds) {
        return String.format(
                Locale.ROOT,
                "%-14s %10d %15.0f %18d %14.1f",
                sum.operation(),
                sum.count(),
                Math.rint((double) sum.micros() / sum.count()),
                sum.micros(),
                seconds > 0 ? sum.micros() / (seconds * MICROS) * 100 : 0.0);
    }
}
