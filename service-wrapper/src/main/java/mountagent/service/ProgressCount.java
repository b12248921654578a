package mountagent.service;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import mountagent.base.Clock;
import mountagent.base.Progress;

/// One count of a [ShownProgress], and what it looks like.
final class ProgressCount implements Progress.Count {
    private static final int BAR = 20;
    private static final long KIB = 1024;
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private final ShownProgress shown;
    private final String what;
    private final Progress.Unit unit;
    private final Clock clock;
    private final long startNanos;
    private final LongAdder done = new LongAdder();
    private final LongAdder expected = new LongAdder();

    ProgressCount(ShownProgress shown, String what, Progress.Unit unit, Clock clock) {
        this.shown = shown;
        this.what = what;
        this.unit = unit;
        this.clock = clock;
        this.startNanos = clock.nanoTime();
    }

    @Override
    public void expect(long more) {
        expected.add(more);
    }

    @Override
    public void add(long count) {
        done.add(count);
    }

    @Override
    public long done() {
        return done.sum();
    }

    @Override
    public void close() {
        shown.ended(this);
    }

    /// Since when it counts.
    Duration age() {
        return Duration.ofNanos(Math.max(0, clock.nanoTime() - startNanos));
    }

    /// `scanned objects: 1200 / 4000 [======              ] 30%  400/s`.
    String text() {
        long now = done();
        long total = expected.sum();
        var text = new StringBuilder(what).append(": ").append(amount(now));
        if (total > 0) {
            int share = (int) Math.clamp(now * 100.0 / total, 0, 100);
            int filled = share * BAR / 100;
            text.append(" / ")
                    .append(amount(total))
                    .append(" [")
                    .append("=".repeat(filled))
                    .append(" ".repeat(BAR - filled))
                    .append("] ")
                    .append(share)
                    .append('%');
        }
        return text.append("  ").append(rate()).toString();
    }

    /// `scanned objects: 4000  in 10.0 s, 400/s`.
    String result() {
        return what + ": " + amount(done()) + String.format(Locale.ROOT, "  in %.1f s, ", age().toMillis() / 1000.0)
                + rate();
    }

    private String rate() {
        double seconds = Math.max(age().toMillis(), 1) / 1000.0;
        return amount(Math.round(done() / seconds)) + "/s";
    }

    private String amount(long count) {
        if (unit == Progress.Unit.THINGS || count < KIB) {
            return unit == Progress.Unit.THINGS ? Long.toString(count) : count + " B";
        }
        double size = count;
        int power = 0;
        while (size >= KIB && power < UNITS.length - 1) {
            size /= KIB;
            power++;
        }
        return String.format(Locale.ROOT, "%.2f %s", size, UNITS[power]);
    }
}
