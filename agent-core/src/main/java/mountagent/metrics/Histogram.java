package mountagent.metrics;

import java.util.concurrent.atomic.LongAdder;

/// How often values fell into each class, and their sum. Thread-safe; observing takes no lock and allocates nothing.
public final class Histogram implements Instrument {
    private final MetricUnit unit;
    private final Buckets buckets;
    private final long[] limits;
    private final LongAdder[] counts;
    private final LongAdder sum = new LongAdder();

    Histogram(Buckets buckets, MetricUnit unit) {
        this.unit = unit;
        this.buckets = buckets;
        this.limits = new long[buckets.count()];
        this.counts = new LongAdder[buckets.count() + 1];
        for (int i = 0; i < limits.length; i++) {
            limits[i] = unit.counted(buckets.limit(i));
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /// Adds one value, in what is counted (nanoseconds, bytes).
    public void observe(long value) {
        int low = 0;
        int high = limits.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (value <= limits[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        counts[low].increment();
        sum.add(value);
    }

    /// How many values were added.
    public long count() {
        long count = 0;
        for (LongAdder one : counts) {
            count += one.sum();
        }
        return count;
    }

    /// The sum of all values, in what is counted.
    public long sum() {
        return sum.sum();
    }

    double shownSum() {
        return unit.shown(sum.sum());
    }

    /// How many values lie at or below each limit, and in the last place how many there are: from one reading, so
    /// that they never fall.
    long[] cumulated() {
        long[] cumulated = new long[counts.length];
        long count = 0;
        for (int i = 0; i < counts.length; i++) {
            count += counts[i].sum();
            cumulated[i] = count;
        }
        return cumulated;
    }

    Buckets buckets() {
        return buckets;
    }

    @Override
    public Kind kind() {
        return Kind.HISTOGRAM;
    }

    @Override
    public boolean isUsed() {
        return count() != 0;
    }
}
