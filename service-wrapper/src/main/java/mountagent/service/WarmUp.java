package mountagent.service;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.base.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets the JVM compile the usual operations before programs ask for them: right after it has begun, a mount works on a
/// [ScratchVolume] for a few seconds while nobody uses it.
///
/// It makes way: while programs use the mount, it waits; and when they have used it enough, their own work has done
/// what it is for, and it ends. Nothing depends on it; whatever fails in it is a line in the debug log.
final class WarmUp implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

    private static final String FOLDER_PREFIX = "juicefs-warm-up-";

    /// How much is done: rounds, and the time that they may take without what is waited.
    record Effort(int rounds, Duration limit) {
        /// For what goes through the mount.
        static final Effort USUAL = new Effort(60, Duration.ofSeconds(8));

        /// With SFTP, which is as much again and more: what is asked for thousands of times is compiled best.
        static final Effort WITH_SFTP = new Effort(150, Duration.ofSeconds(20));
    }

    /// Programs that have done so many operations have warmed the mount up themselves.
    private static final long ENOUGH_OPERATIONS = 50_000;

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private static final Duration WAY = Duration.ofMillis(200);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final Making making;
    private final LongSupplier operations;
    private final Path place;
    private final Clock clock;
    private final Effort effort;
    private final Thread thread = Threads.platform("warm-up-").newThread(this::run);
    private volatile boolean closed;
    private long seen;
    private long begunNanos;
    private long waitedNanos;
    private volatile int done;

    /// Makes a scratch volume in an empty folder, to work on as long as `goesOn`.
    @FunctionalInterface
    interface Making {
        ScratchPractice in(Path folder, BooleanSupplier goesOn) throws CommandFailure, FsException, IOException;
    }

    /// One that is not begun. All as for [#start].
    WarmUp(Making making, LongSupplier operations, Path place, Clock clock, Effort effort) {
        this.making = making;
        this.operations = operations;
        this.place = place;
        this.clock = clock;
        this.effort = effort;
    }

    /// Begins, in the background. `operations` tells how many operations programs have done so far; the scratch volume
    /// is made in `place`.
    static WarmUp start(Making making, LongSupplier operations, Path place, Clock clock, Effort effort) {
        var warmUp = new WarmUp(making, operations, place, clock, effort);
        warmUp.thread.start();
        return warmUp;
    }

    /// Where scratch volumes may be: in memory if the machine has such a place.
    static Path usualPlace() {
        var memory = Path.of("/dev/shm");
        return Files.isDirectory(memory) && Files.isWritable(memory)
                ? memory
                : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
    }

    /// Does it all, on the calling thread.
    void run() {
        begunNanos = clock.nanoTime();
        try {
            var folder = Files.createTempDirectory(
                    place, FOLDER_PREFIX + ProcessHandle.current().pid() + "-");
            removeLeftovers(Files.getOwner(folder));
            try (var practice = making.in(folder, this::goesOn)) {
                work(practice);
            }
            log.debug(
                    "warmed up in {} rounds and {} ms",
                    done,
                    TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - begunNanos));
        } catch (IOException | CommandFailure | FsException | RuntimeException e) {
            log.debug("no warm-up: {}", e.getMessage(), e);
        }
    }

    private void work(ScratchPractice practice) throws FsException, IOException {
        while (done < effort.rounds() && goesOn()) {
            int round = done;
            done = round + 1;
            practice.round(round);
        }
    }

    /// How many rounds were begun.
    int rounds() {
        return done;
    }

    /// Waits while programs use the mount; whether there is anything left to do.
    private boolean goesOn() {
        try {
            long now = operations.getAsLong();
            while (now != seen && !isOver(now)) {
                seen = now;
                clock.sleep(WAY);
                waitedNanos += WAY.toNanos();
                now = operations.getAsLong();
            }
            return !isOver(now);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isOver(long operationsNow) {
        long passedNanos = clock.nanoTime() - begunNanos;
        return closed
                || operationsNow > ENOUGH_OPERATIONS
                || passedNanos > LIMIT.toNanos()
                || passedNanos - waitedNanos > effort.limit().toNanos();
    }

    /// What processes that were killed have left, if it is `owner`'s: others could change what is deleted meanwhile.
    private void removeLeftovers(UserPrincipal owner) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(place, FOLDER_PREFIX + "*")) {
            for (Path folder : folders) {
                if (isLeftover(folder)
                        && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(owner)) {
                    ScratchVolume.delete(folder);
                }
            }
        }
    }

    private static boolean isLeftover(Path folder) {
        var pid = folder.getFileName()
                .toString()
                .substring(FOLDER_PREFIX.length())
                .split("-")[0];
        return pid.matches("\\d{1,9}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty();
    }

    // not by an interrupt, which would tear the scratch volume's work apart, and have it tell of lost files
    @Override
    public void close() {
        closed = true;
        try {
            if (!thread.join(CLOSE_LIMIT)) {
                log.debug("the warm-up has not ended yet");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
