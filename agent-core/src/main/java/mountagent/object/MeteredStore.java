package mountagent.object;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import mountagent.base.Clock;
import mountagent.metrics.Buckets;
import mountagent.metrics.Counter;
import mountagent.metrics.Histogram;
import mountagent.metrics.Label;
import mountagent.metrics.MetricRegistry;
import mountagent.metrics.MetricUnit;

/// Counts what reaches a store: calls, failures, bytes and time of each operation, for [#meter] and under the official
/// client's names in a registry.
public final class MeteredStore implements ObjectStore {
    private static final Buckets DURATIONS = Buckets.exponential(0.01, 1.5, 25);

    /// What is counted apart.
    public enum Operation {
        PUT("PUT"),
        READ("GET"),
        DELETE("DELETE"),
        HEAD("HEAD"),
        LIST("LIST"),
        SYNC("SYNC");

        private final String method;

        Operation(String method) {
            this.method = method;
        }
    }

    /// Sums since the store was opened; `bytes` is of calls that succeeded.
    public record Meter(long calls, long failures, long bytes, long nanos) {}

    private static final class Sums {
        private final LongAdder calls = new LongAdder();
        private final LongAdder failures = new LongAdder();
        private final Counter bytes;
        private final Histogram nanos;

        Sums(MetricRegistry registry, Operation operation) {
            // the official client names the class of storage too, which local stores do not have
            Label[] labels = {new Label("method", operation.method), new Label("storage_class", "")};
            bytes = registry.counter("object_request_data_bytes", "Object requests size in bytes.", labels);
            nanos = registry.histogram(
                    "object_request_durations_histogram_seconds",
                    "Object requests latency distributions.",
                    DURATIONS,
                    MetricUnit.NANOS_AS_SECONDS,
                    labels);
        }
    }

    @FunctionalInterface
    private interface Call<T> {
        T run() throws ObjectStoreException;
    }

    private final ObjectStore store;
    private final Clock clock;
    private final Map<Operation, Sums> sums = new EnumMap<>(Operation.class);
    private final Counter errors;
    private final LongAdder uploading = new LongAdder();

    /// Counts the calls to `store`, and closes it.
    public MeteredStore(ObjectStore store, Clock clock) {
        this(store, clock, new MetricRegistry());
    }

    /// The same, with the counts in `registry`.
    public MeteredStore(ObjectStore store, Clock clock, MetricRegistry registry) {
        this.store = store;
        this.clock = clock;
        for (Operation operation : Operation.values()) {
            sums.put(operation, new Sums(registry, operation));
        }
        this.errors = registry.counter("object_request_errors", "failed requests to object store");
        registry.gauge("object_request_uploading", "number of uploading requests", uploading::sum);
    }

    /// The sums of one operation.
    public Meter meter(Operation operation) {
        Sums of = of(operation);
        return new Meter(of.calls.sum(), of.failures.sum(), of.bytes.sum(), of.nanos.sum());
    }

    @Override
    public void put(String key, MemorySegment body) throws ObjectStoreException {
        uploading.increment();
        try {
            long bytes = count(Operation.PUT, () -> {
                store.put(key, body);
                return body.byteSize();
            });
            of(Operation.PUT).bytes.add(bytes);
        } finally {
            uploading.decrement();
        }
    }

    @Override
    public long read(String key, long offset, MemorySegment target) throws ObjectStoreException {
        long bytes = count(Operation.READ, () -> store.read(key, offset, target));
        of(Operation.READ).bytes.add(bytes);
        return bytes;
    }

    @Override
    public void delete(String key) throws ObjectStoreException {
        boolean _ = count(Operation.DELETE, () -> {
            store.delete(key);
            return true;
        });
    }

    @Override
    public Optional<ObjectInfo> head(String key) throws ObjectStoreException {
        return count(Operation.HEAD, () -> store.head(key));
    }

    @Override
    public ObjectPage list(String prefix, String after, int limit) throws ObjectStoreException {
        return count(Operation.LIST, () -> store.list(prefix, after, limit));
    }

    @Override
    public ObjectPage listUnfinished(String prefix, String after, int limit) throws ObjectStoreException {
        return count(Operation.LIST, () -> store.listUnfinished(prefix, after, limit));
    }

    @Override
    public void sync(Collection<String> keys) throws ObjectStoreException {
        boolean _ = count(Operation.SYNC, () -> {
            store.sync(keys);
            return true;
        });
    }

    @Override
    public void syncAll() throws ObjectStoreException {
        boolean _ = count(Operation.SYNC, () -> {
            store.syncAll();
            return true;
        });
    }

    @Override
    public boolean isLocal() {
        return store.isLocal();
    }

    @Override
    public String describe() {
        return store.describe();
    }

    @Override
    public void close() {
        store.close();
    }

    private <T> T count(Operation operation, Call<T> call) throws ObjectStoreException {
        Sums of = of(operation);
        long start = clock.nanoTime();
        of.calls.increment();
        try {
            return call.run();
        } catch (ObjectStoreException e) {
            of.failures.increment();
            errors.increment();
            throw e;
        } finally {
            of.nanos.observe(clock.nanoTime() - start);
        }
    }

    private Sums of(Operation operation) {
        return Objects.requireNonNull(sums.get(operation), "every operation has its sums");
    }
}
