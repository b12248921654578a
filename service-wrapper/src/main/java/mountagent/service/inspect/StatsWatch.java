package mountagent.service.inspect;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import mountagent.base.Clock;
import mountagent.service.CommandFailure;
import mountagent.service.inspect.StatsTable.Readings;
import mountagent.service.inspect.StatsTable.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `juicefs stats`: reads the numbers of a mount each second and prints a line each interval.
public final class StatsWatch {
    private static final Logger log = LoggerFactory.getLogger(StatsWatch.class);

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss", Locale.ROOT);
    private static final int ROWS_UNDER_A_HEADER = 30;
    private static final Duration TICK = Duration.ofSeconds(1);

    /// What is shown and how: `schema` names the sections, `detail` above 0 shows more, `rowsMax` 0 means without
    /// end.
    public record Options(String schema, int intervalSeconds, int detail, int rowsMax, Paint paint) {
        public Options {
            if (intervalSeconds < 1 || rowsMax < 0) {
                throw new IllegalArgumentException(
                        "interval (" + intervalSeconds + ") must be >= 1 and rows (" + rowsMax + ") >= 0");
            }
        }
    }

    private final Options options;
    private final PrintWriter out;
    private final Clock clock;

    /// Prints to `out`.
    public StatsWatch(Options options, PrintWriter out, Clock clock) {
        this.options = options;
        this.out = out;
        this.clock = clock;
    }

    /// Watches the mount at `mountPoint` until enough rows are printed, or without end.
    public void run(Path mountPoint) throws CommandFailure, InterruptedException {
        var place = MountPlace.of(mountPoint);
        watch(place.virtual("stats"));
    }

    /// The same for a file of numbers.
    void watch(Path file) throws CommandFailure, InterruptedException {
        var sections = StatsSection.of(
                options.schema(),
                options.detail(),
                letter -> out.println("Warning: no item defined for " + Character.toString(letter)));
        var table = new StatsTable(sections, options.paint(), options.intervalSeconds());
        var now = read(file);
        var begun = now;
        var last = now;
        for (long tick = 0; ; tick++) {
            if (tick % ((long) options.intervalSeconds() * ROWS_UNDER_A_HEADER) == 0) {
                out.println(table.header());
            }
            if (tick % options.intervalSeconds() == 0) {
                out.println(table.row(begun, now, Row.INTERVAL));
                begun = now;
            } else if (options.paint() == Paint.COLOURED) {
                out.print(table.row(last, now, Row.PASSING) + "\r");
            }
            out.flush();
            if (options.rowsMax() > 0 && tick >= (long) options.intervalSeconds() * (options.rowsMax() - 1)) {
                return;
            }
            last = now;
            clock.sleep(TICK);
            now = read(file);
        }
    }

    /// What the file holds now; nothing, with a warning, when it cannot be read: the mount may come back.
    private Readings read(Path file) {
        var time = TIME.format(Instant.ofEpochSecond(clock.now().seconds()).atZone(ZoneId.systemDefault()));
        Map<String, Double> values = new HashMap<>();
        try {
            for (String line : Files.readString(file).split("\n", -1)) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length == 2) {
                    Double _ = values.merge(fields[0], Double.parseDouble(fields[1]), Double::sum);
                }
            }
        } catch (IOException | NumberFormatException e) {
            log.warn("read stats file {}: {}", file, e.getMessage());
        }
        return new Readings(values, time);
    }
}
