package mountagent.service;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Clock;
import mountagent.base.Progress;
import mountagent.base.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shows how far long work is: on a terminal in one line that is drawn anew five times a second, elsewhere by a line in
/// the log every half minute. When a count ends its total stays, as a line of its own.
///
/// While a line is drawn, log lines take its place and it is drawn again below them ([LogLayout]). Thread-safe.
public final class ShownProgress implements Progress, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ShownProgress.class);

    private static final Duration REDRAW = Duration.ofMillis(200);
    private static final Duration LOG_PERIOD = Duration.ofSeconds(30);
    /// Work that is done this soon leaves no line in the log.
    private static final Duration WORTH_A_LINE = Duration.ofSeconds(5);

    private static final int WIDTH = 79;

    private final @Nullable PrintWriter terminal;
    private final Clock clock;
    private final List<ProgressCount> open = new CopyOnWriteArrayList<>();
    private final ReentrantLock drawing = new ReentrantLock();
    private final ScheduledExecutorService timer;

    private ShownProgress(@Nullable PrintWriter terminal, Clock clock) {
        this.terminal = terminal;
        this.clock = clock;
        this.timer = new ScheduledThreadPoolExecutor(1, Threads.platform("progress-"));
        long period = (terminal == null ? LOG_PERIOD : REDRAW).toMillis();
        var _ = timer.scheduleWithFixedDelay(this::show, period, period, TimeUnit.MILLISECONDS);
    }

    /// Draws on `terminal`.
    static ShownProgress drawn(PrintWriter terminal) {
        var shown = new ShownProgress(terminal, Clock.SYSTEM);
        LogSetup.sharesItsLine(true);
        return shown;
    }

    /// Leaves lines in the log.
    static ShownProgress logged() {
        return new ShownProgress(null, Clock.SYSTEM);
    }

    @Override
    public Count count(String what, Unit unit) {
        var count = new ProgressCount(this, what, unit, clock);
        open.add(count);
        return count;
    }

    /// Shows the newest count that goes on: what began last is what the others wait for.
    void show() {
        drawing.lock();
        try {
            if (open.isEmpty()) {
                return;
            }
            var text = open.getLast().text();
            if (terminal == null) {
                log.info("{}", text);
            } else {
                terminal.print(LogSetup.LINE_START + (text.length() > WIDTH ? text.substring(0, WIDTH) : text));
                terminal.flush();
            }
        } finally {
            drawing.unlock();
        }
    }

    /// Takes a count away that has ended, and leaves its total.
    void ended(ProgressCount count) {
        drawing.lock();
        try {
            if (!open.remove(count)) {
                return;
            }
            if (terminal != null) {
                terminal.print(LogSetup.LINE_START + count.result() + "\n");
                terminal.flush();
            } else if (count.age().compareTo(WORTH_A_LINE) >= 0) {
                log.info("{}", count.result());
            }
        } finally {
            drawing.unlock();
        }
    }

    /// Ends the showing; counts that were not closed show how far they came.
    @Override
    public void close() {
        timer.shutdownNow();
        open.forEach(ProgressCount::close);
        if (terminal != null) {
            LogSetup.sharesItsLine(false);
        }
    }
}
