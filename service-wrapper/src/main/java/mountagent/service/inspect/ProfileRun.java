package mountagent.service.inspect;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Clock;
import mountagent.base.Threads;
import mountagent.service.CommandFailure;
import mountagent.service.inspect.ProfileTable.Stage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `juicefs profile`: says which operations a mount spends its time on, from its access log as it is written, or from
/// a copy of one, at the pace it was written or at once.
public final class ProfileRun {
    private static final Logger log = LoggerFactory.getLogger(ProfileRun.class);

    // names are bytes: what is no text must not end the reading
    private static final Charset BYTES = StandardCharsets.ISO_8859_1;
    private static final LocalDateTime NEVER = LocalDateTime.of(1, 1, 1, 0, 0);
    private static final Duration GLANCE = Duration.ofMillis(100);
    private static final double NANOS = 1e9;

    /// `intervalSeconds` between two tables, 0 for one of a whole file.
    public record Options(int intervalSeconds, ProfileFilter filter, Paint paint) {}

    private final Options options;
    private final BufferedReader in;
    private final Clock clock;
    private final ProfileTable table;
    private final ReentrantLock lock = new ReentrantLock();
    private ProfileCounts counts = new ProfileCounts();
    private volatile boolean isPaused;

    /// Prints to `out`; a line from `in` pauses a replay, and the next one continues it.
    public ProfileRun(Options options, PrintWriter out, BufferedReader in, Clock clock) {
        this.options = options;
        this.in = in;
        this.clock = clock;
        this.table = new ProfileTable(out, options.paint());
    }

    /// Profiles the mount at `path`, without end, or the log in the file `path`.
    public void run(Path path) throws CommandFailure, InterruptedException {
        if (Files.isDirectory(path)) {
            var file = MountPlace.of(path).virtual("accesslog");
            if (options.intervalSeconds() == 0) {
                throw new CommandFailure("Interval must be > 0 for real time mode!");
            }
            watch(file);
        } else if (options.intervalSeconds() == 0) {
            sum(path);
        } else {
            replay(path);
        }
    }

    private interface Reading {
        void read(LogEntry entry) throws InterruptedException;
    }

    /// Reads `file` to its end and hands on what counts.
    private void read(Path file, Reading reading) throws CommandFailure, InterruptedException {
        try (var lines = new BufferedReader(new InputStreamReader(Files.newInputStream(file), BYTES))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var entry = LogEntry.parse(line);
                if (entry != null) {
                    if (options.filter().takes(entry)) {
                        reading.read(entry);
                    }
                } else if (!LogEntry.isIdle(line)) {
                    log.warn("Log line is invalid: {}", line);
                }
            }
        } catch (IOException e) {
            throw new CommandFailure("Failed to read log file \"" + file + "\": " + e.getMessage(), e);
        }
    }

    // One table of all of it.

    private void sum(Path file) throws CommandFailure, InterruptedException {
        var first = new AtomicReference<@Nullable LocalDateTime>();
        var last = new AtomicReference<LocalDateTime>(NEVER);
        read(file, entry -> {
            boolean _ = first.compareAndSet(null, entry.time());
            last.set(entry.time());
            counts.add(entry);
        });
        var begun = first.get();
        var seconds = begun == null ? 0 : Duration.between(begun, last.get()).toNanos() / NANOS;
        table.print(counts, seconds, last.get(), Stage.LIVE);
    }

    // A file at the pace it was written.

    private void replay(Path file) throws CommandFailure, InterruptedException {
        startPauses();
        table.print(counts, options.intervalSeconds(), now(), Stage.REPLAYING);
        var edge = new AtomicReference<@Nullable LocalDateTime>();
        read(file, entry -> {
            var end = edge.get();
            if (end == null) {
                end = entry.time().plusSeconds(options.intervalSeconds());
            }
            while (entry.time().isAfter(end)) {
                show(end, Stage.REPLAYING);
                end = end.plusSeconds(options.intervalSeconds());
            }
            edge.set(end);
            counts.add(entry);
        });
        var end = edge.get();
        show(end == null ? NEVER : end, Stage.DONE);
    }

    private void show(LocalDateTime end, Stage stage) throws InterruptedException {
        clock.sleep(Duration.ofSeconds(options.intervalSeconds()));
        while (isPaused) {
            clock.sleep(GLANCE);
        }
        table.print(counts, options.intervalSeconds(), end, stage);
        counts = new ProfileCounts();
    }

    private void startPauses() {
        Threads.platform("profile-pause-")
                .newThread(() -> {
                    try {
                        while (in.readLine() != null) {
                            isPaused = !isPaused;
                        }
                    } catch (IOException e) {
                        log.debug("nobody can pause any more: {}", e.getMessage());
                    }
                    isPaused = false;
                })
                .start();
    }

    // A mount as it works.

    private void watch(Path file) throws CommandFailure, InterruptedException {
        var end = new AtomicReference<@Nullable CommandFailure>();
        Threads.platform("profile-log-").newThread(() -> follow(file, end)).start();
        table.print(new ProfileCounts(), options.intervalSeconds(), now(), Stage.LIVE);
        while (true) {
            clock.sleep(Duration.ofSeconds(options.intervalSeconds()));
            table.print(taken(), options.intervalSeconds(), now(), Stage.LIVE);
            var ended = end.get();
            if (ended != null) {
                throw ended;
            }
        }
    }

    private void follow(Path file, AtomicReference<@Nullable CommandFailure> end) {
        try {
            read(file, this::count);
            end.set(new CommandFailure("the access log \"" + file + "\" has ended: is the mount still there?"));
        } catch (CommandFailure failure) {
            end.set(failure);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void count(LogEntry entry) {
        lock.lock();
        try {
            counts.add(entry);
        } finally {
            lock.unlock();
        }
    }

    private ProfileCounts taken() {
        lock.lock();
        try {
            var taken = counts;
            counts = new ProfileCounts();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private LocalDateTime now() {
        return LocalDateTime.ofInstant(Instant.ofEpochSecond(clock.now().seconds()), ZoneId.systemDefault());
    }
}
