package mountagent.metrics;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import mountagent.metrics.Instrument.Kind;

/// The metrics of one mount, by name and labels.
///
/// Asking for an instrument that is there already gives the same one; a number that is read is replaced by the later
/// one. Thread-safe; instruments are meant to be asked for once and kept.
public final class MetricRegistry {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, MetricFamily> families = new TreeMap<>();

    /// A number that only grows.
    public Counter counter(String name, String help, Label... labels) {
        return counter(name, help, MetricUnit.AS_COUNTED, labels);
    }

    /// The same in a unit.
    public Counter counter(String name, String help, MetricUnit unit, Label... labels) {
        return instrument(Counter.class, name, help, List.of(labels), new Counter(unit));
    }

    /// Values by size.
    public Histogram histogram(String name, String help, Buckets buckets, MetricUnit unit, Label... labels) {
        return instrument(Histogram.class, name, help, List.of(labels), new Histogram(buckets, unit));
    }

    /// A number that goes up and down, asked for by any thread whenever it is shown; `value` must not wait.
    public void gauge(String name, String help, DoubleSupplier value, Label... labels) {
        read(name, help, Kind.GAUGE, value, labels);
    }

    /// A number that only grows and is kept by somebody else.
    public void counted(String name, String help, DoubleSupplier value, Label... labels) {
        read(name, help, Kind.COUNTER, value, labels);
    }

    /// Values by number and sum alone, kept by somebody else: a histogram with one class.
    public void summed(String name, String help, LongSupplier count, DoubleSupplier sum, Label... labels) {
        put(name, help, new Instrument.ReadSum(count, sum), labels);
    }

    private void read(String name, String help, Kind kind, DoubleSupplier value, Label... labels) {
        put(name, help, new Instrument.Read(kind, value), labels);
    }

    private void put(String name, String help, Instrument instrument, Label... labels) {
        lock.lock();
        try {
            Instrument _ = family(name, help, instrument.kind()).members().put(List.of(labels), instrument);
        } finally {
            lock.unlock();
        }
    }

    private <T extends Instrument> T instrument(Class<T> type, String name, String help, List<Label> labels, T fresh) {
        lock.lock();
        try {
            Instrument known = family(name, help, fresh.kind()).members().putIfAbsent(labels, fresh);
            if (known == null) {
                return fresh;
            }
            if (!type.isInstance(known)) {
                throw new IllegalArgumentException("metric " + name + " is kept by somebody else already");
            }
            return type.cast(known);
        } finally {
            lock.unlock();
        }
    }

    private MetricFamily family(String name, String help, Kind kind) {
        MetricFamily family = families.get(name);
        if (family == null) {
            family = MetricFamily.empty(name, help, kind);
            families.put(name, family);
        }
        if (family.kind() != kind) {
            throw new IllegalArgumentException("metric " + name + " is a " + family.kind() + ", not a " + kind);
        }
        return family;
    }

    /// What is to be shown, in the order of the names.
    List<MetricFamily> families() {
        lock.lock();
        try {
            return families.values().stream().map(MetricFamily::used).toList();
        } finally {
            lock.unlock();
        }
    }
}
