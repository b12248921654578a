package mountagent.metrics;

import java.util.concurrent.atomic.LongAdder;

/// A number that only grows. Thread-safe; adding takes no lock and allocates nothing.
public final class Counter implements Instrument {
    private final LongAdder sum = new LongAdder();
    private final MetricUnit unit;

    Counter(MetricUnit unit) {
        this.unit = unit;
    }

    public void increment() {
        sum.increment();
    }

    /// Adds `count`, in what is counted (nanoseconds, bytes), at least 0.
    public void add(long count) {
        sum.add(count);
    }

    /// What was added so far, in what is counted.
    public long sum() {
        return sum.sum();
    }

    double shown() {
        return unit.shown(sum.sum());
    }

    @Override
    public Kind kind() {
        return Kind.COUNTER;
    }

    @Override
    public boolean isUsed() {
        return sum.sum() != 0;
    }
}
