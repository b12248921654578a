package mountagent.observe;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import mountagent.base.Errno;
import mountagent.metrics.Buckets;
import mountagent.metrics.Counter;
import mountagent.metrics.Histogram;
import mountagent.metrics.Label;
import mountagent.metrics.MetricRegistry;
import mountagent.metrics.MetricUnit;

/// Counts operations: how many of each, how long they took, how they failed, how much they moved. Thread-safe;
/// recording one takes no lock and allocates nothing.
final class OperationMeter {
    private static final Buckets DURATIONS = Buckets.exponential(0.00001, 1.8, 29);
    private static final Buckets SIZES = Buckets.linear(4096, 4096, 32);

    private record Sums(Counter calls, Counter nanos) {
        void add(long took) {
            calls.increment();
            nanos.add(took);
        }
    }

    private final Map<Operation, Sums> sums = new EnumMap<>(Operation.class);
    private final Map<Errno, Counter> failures = new EnumMap<>(Errno.class);
    private final Histogram durations;
    private final Histogram readBytes;
    private final Histogram writtenBytes;
    private final LongAdder openHandles = new LongAdder();

    OperationMeter(MetricRegistry registry) {
        for (Operation operation : Operation.values()) {
            var method = new Label("method", operation.word());
            sums.put(
                    operation,
                    new Sums(
                            registry.counter("fuse_ops_total", "Total number of operations.", method),
                            registry.counter(
                                    "fuse_ops_durations_seconds",
                                    "Operations latency in seconds.",
                                    MetricUnit.NANOS_AS_SECONDS,
                                    method)));
        }
        for (Errno errno : Errno.values()) {
            var label = new Label("errno", errno.name());
            failures.put(errno, registry.counter("fuse_ops_io_errors", "Number of IO errors.", label));
        }
        durations = registry.histogram(
                "fuse_ops_durations_histogram_seconds",
                "Operations latency distributions.",
                DURATIONS,
                MetricUnit.NANOS_AS_SECONDS);
        readBytes =
                registry.histogram("fuse_read_size_bytes", "size of read distributions.", SIZES, MetricUnit.AS_COUNTED);
        writtenBytes = registry.histogram(
                "fuse_written_size_bytes", "size of write distributions.", SIZES, MetricUnit.AS_COUNTED);
        registry.gauge("fuse_open_handlers", "number of open files and directories.", openHandles::sum);
    }

    void ended(Operation operation, long tookNanos) {
        Objects.requireNonNull(sums.get(operation), "every operation has its sums")
                .add(tookNanos);
        durations.observe(tookNanos);
    }

    /// How many operations have ended.
    long count() {
        return sums.values().stream().mapToLong(each -> each.calls.sum()).sum();
    }

    void failed(Errno errno) {
        Objects.requireNonNull(failures.get(errno), "every error has its count").increment();
    }

    void read(long bytes) {
        readBytes.observe(bytes);
    }

    void written(long bytes) {
        writtenBytes.observe(bytes);
    }

    void opened() {
        openHandles.increment();
    }

    void released() {
        openHandles.decrement();
    }
}
