package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import mountagent.base.Clock;
import mountagent.base.FileType;
import mountagent.frontend.MountRequest;

/// How long the kernel may keep what it is told: entries, attributes, and that a name is not there.
///
/// May be silenced: for a while everything is told with a time-out of 0, which is how a kernel without epochs
/// is brought to look again when notifications were lost. Thread-safe.
final class Timeouts {
    private final Validity attr;
    private final Validity entry;
    private final Validity directoryEntry;
    private final Validity negativeEntry;
    private final Clock clock;

    private volatile long silentUntilNanos;
    private volatile boolean silent;

    /// Seconds and nanoseconds as the protocol has them.
    private record Validity(long seconds, int nanos) {
        static final Validity NONE = new Validity(0, 0);

        static Validity of(Duration time) {
            return time.isNegative() ? NONE : new Validity(time.toSeconds(), time.toNanosPart());
        }
    }

    Timeouts(MountRequest request, Clock clock) {
        this.attr = Validity.of(request.attrTimeout());
        this.entry = Validity.of(request.entryTimeout());
        this.directoryEntry = Validity.of(request.directoryEntryTimeout());
        this.negativeEntry = Validity.of(request.negativeEntryTimeout());
        this.clock = clock;
    }

    /// Whether the kernel is to remember that a name is not there.
    boolean keepsMisses() {
        return !negativeEntry.equals(Validity.NONE);
    }

    /// Tells time-outs of 0 for `time` from now.
    void silence(Duration time) {
        silentUntilNanos = clock.nanoTime() + time.toNanos();
        silent = true;
    }

    /// The longest of them, for how long something told earlier may last.
    Duration longest() {
        Duration longest = Duration.ZERO;
        for (Validity one : new Validity[] {attr, entry, directoryEntry, negativeEntry}) {
            Duration time = Duration.ofSeconds(one.seconds, one.nanos);
            longest = time.compareTo(longest) > 0 ? time : longest;
        }
        return longest;
    }

    /// Writes the validity of attributes: seconds at `secondsAt`, nanoseconds at `nanosAt`.
    void putAttr(MemorySegment reply, long secondsAt, long nanosAt, boolean mayCache) {
        put(reply, secondsAt, nanosAt, mayCache ? attr : Validity.NONE);
    }

    /// Writes the validity of an entry for a node of type `type`.
    void putEntry(MemorySegment reply, long secondsAt, long nanosAt, FileType type) {
        put(reply, secondsAt, nanosAt, type == FileType.DIRECTORY ? directoryEntry : entry);
    }

    /// Writes the validity of a name that is not there.
    void putMiss(MemorySegment reply, long secondsAt, long nanosAt) {
        put(reply, secondsAt, nanosAt, negativeEntry);
    }

    private void put(MemorySegment reply, long secondsAt, long nanosAt, Validity validity) {
        Validity told = isSilent() ? Validity.NONE : validity;
        reply.set(Request.LONG, secondsAt, told.seconds);
        reply.set(Request.INT, nanosAt, told.nanos);
    }

    private boolean isSilent() {
        if (silent && clock.nanoTime() - silentUntilNanos >= 0) {
            silent = false;
        }
        return silent;
    }
}
