package mountagent.observe;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LinuxErrors;
import mountagent.base.Timestamp;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The operations of a mount, line by line, for whoever reads along. Thread-safe.
///
/// Each reader gets the lines that were told after it began. It may be [#LINES_MAX] lines behind; what comes then is
/// dropped for that reader, so that nobody who reads slowly, or not at all, holds up the mount. While nobody reads, no
/// line is made. Operations of ten seconds or more are also told to the program's own log, read or not.
public final class AccessLog {
    private static final Logger log = LoggerFactory.getLogger(AccessLog.class);

    /// How many lines wait for one reader.
    static final int LINES_MAX = 10_240;

    /// How many readers there may be.
    static final int READERS_MAX = 128;

    private static final long SLOW_NANOS = Duration.ofSeconds(10).toNanos();
    private static final double NANOS = 1e9;
    private static final int MICROS = 1_000;
    private static final byte[] IDLE = "#\n".getBytes(StandardCharsets.US_ASCII);

    private final Clock clock;
    private final ZoneId zone;
    private final List<Reader> readers = new CopyOnWriteArrayList<>();

    /// Lines carry the time of `clock` as `zone` has it.
    public AccessLog(Clock clock, ZoneId zone) {
        this.clock = clock;
        this.zone = zone;
    }

    /// Begins to read. EMFILE when too many do.
    public Reader open() throws FsException {
        if (readers.size() >= READERS_MAX) {
            throw new FsException(Errno.EMFILE, READERS_MAX + " programs read the access log, which is the most");
        }
        var reader = new Reader();
        readers.add(reader);
        return reader;
    }

    /// Whether an operation that took `nanos` is to be told at all.
    boolean wants(long nanos) {
        return !readers.isEmpty() || nanos >= SLOW_NANOS;
    }

    /// Tells an operation that ended just now: `text` is its word and arguments, `failure` how it failed, if it did.
    void tell(Caller caller, String text, @Nullable Errno failure, long nanos) {
        String command = text + " - " + (failure == null ? "OK" : LinuxErrors.words(failure))
                + String.format(Locale.ROOT, " <%.6f>", nanos / NANOS);
        if (nanos >= SLOW_NANOS && caller.pid() != 0) {
            log.info("slow operation: {}", command);
        }
        if (readers.isEmpty()) {
            return;
        }
        byte[] line = (time(clock.now()) + " [uid:" + Integer.toUnsignedString(caller.uid()) + ",gid:"
                        + Integer.toUnsignedString(caller.gid()) + ",pid:" + caller.pid() + "] " + command + "\n")
                .getBytes(StandardCharsets.UTF_8);
        for (Reader reader : readers) {
            boolean _ = reader.lines.offer(line);
        }
    }

    private String time(Timestamp now) {
        ZonedDateTime at = Instant.ofEpochSecond(now.seconds()).atZone(zone);
        return String.format(
                Locale.ROOT,
                "%04d.%02d.%02d %02d:%02d:%02d.%06d",
                at.getYear(),
                at.getMonthValue(),
                at.getDayOfMonth(),
                at.getHour(),
                at.getMinute(),
                at.getSecond(),
                now.nanos() / MICROS);
    }

    /// One who reads along.
    public final class Reader implements AutoCloseable {
        private final BlockingQueue<byte[]> lines = new ArrayBlockingQueue<>(LINES_MAX);
        private final ReentrantLock lock = new ReentrantLock();
        private byte[] rest = {};

        private Reader() {}

        /// Fills `target` with what was told, for up to a second, and returns how many bytes that was: at least the
        /// line `#`, which says that nothing was. A line may be cut; the next read goes on with it. EINTR when
        /// interrupted.
        public int read(MemorySegment target) throws FsException {
            try {
                lock.lockInterruptibly();
                try {
                    return fill(target);
                } finally {
                    lock.unlock();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw FsException.miss(Errno.EINTR);
            }
        }

        private int fill(MemorySegment target) throws InterruptedException {
            int filled = take(target, 0, rest);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
            while (filled < target.byteSize()) {
                byte[] line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (line == null) {
                    return filled == 0 ? take(target, 0, IDLE) : filled;
                }
                filled = take(target, filled, line);
            }
            return filled;
        }

        /// Appends `line`, and keeps what does not fit.
        private int take(MemorySegment target, int filled, byte[] line) {
            int count = (int) Math.min(line.length, target.byteSize() - filled);
            MemorySegment.copy(line, 0, target, ValueLayout.JAVA_BYTE, filled, count);
            rest = java.util.Arrays.copyOfRange(line, count, line.length);
            return filled + count;
        }

        /// Ends it; what waits is dropped.
        @Override
        public void close() {
            readers.remove(this);
            lines.clear();
        }
    }
}
