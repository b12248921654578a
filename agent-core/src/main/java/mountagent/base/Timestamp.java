package mountagent.base;

import java.time.Instant;

/// A point in time of the file system: seconds since 1970 (negative before) and nanoseconds 0 to 999,999,999.
public record Timestamp(long seconds, int nanos) implements Comparable<Timestamp> {
    private static final int NANOS_PER_SECOND = 1_000_000_000;

    /// 1970-01-01T00:00:00Z.
    public static final Timestamp EPOCH = new Timestamp(0, 0);

    public Timestamp {
        if (nanos < 0 || nanos >= NANOS_PER_SECOND) {
            throw new IllegalArgumentException("nanos (" + nanos + ") must be 0 to 999999999");
        }
    }

    /// The same point in time as `instant`.
    public static Timestamp of(Instant instant) {
        return new Timestamp(instant.getEpochSecond(), instant.getNano());
    }

    /// Nanoseconds from `earlier` to this, clipped to the range of `long`.
    public long nanosSince(Timestamp earlier) {
        try {
            long whole = Math.multiplyExact(Math.subtractExact(seconds, earlier.seconds), NANOS_PER_SECOND);
            return Math.addExact(whole, nanos - earlier.nanos);
        } catch (ArithmeticException _) {
            return seconds < earlier.seconds ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    @Override
    public int compareTo(Timestamp other) {
        int bySeconds = Long.compare(seconds, other.seconds);
        return bySeconds != 0 ? bySeconds : Integer.compare(nanos, other.nanos);
    }
}
