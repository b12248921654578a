package mountagent.meta;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.metrics.Buckets;
import mountagent.metrics.Counter;
import mountagent.metrics.Histogram;
import mountagent.metrics.Label;
import mountagent.metrics.MetricRegistry;
import mountagent.metrics.MetricUnit;
import org.jspecify.annotations.Nullable;

/// Counts and times operations and transactions, under the official client's names. Thread-safe; takes no lock.
final class MetaTimes {
    private static final Buckets DURATIONS = Buckets.exponential(0.0001, 1.5, 30);

    /// The operations that are counted apart, as the official client calls them; what it does as parts of others
    /// (sessions, housekeeping) it does not count, and neither do we.
    enum Operation {
        ACCESS("Access"),
        COPY_RANGE("CopyFileRange"),
        FALLOCATE("Fallocate"),
        GET_ATTR("GetAttr"),
        GET_XATTR("GetXattr"),
        LINK("Link"),
        LIST_XATTR("ListXattr"),
        LOCK("Lock"),
        LOOKUP("Lookup"),
        MKNOD("Mknod"),
        OPEN("Open"),
        READ("Read"),
        READDIR("Readdir"),
        READ_LINK("ReadLink"),
        REMOVE_XATTR("RemoveXattr"),
        RENAME("Rename"),
        RMDIR("Rmdir"),
        SET_ATTR("SetAttr"),
        SET_XATTR("SetXattr"),
        TRUNCATE("Truncate"),
        UNLINK("Unlink"),
        WRITE("Write");

        private final String method;

        Operation(String method) {
            this.method = method;
        }
    }

    /// What is timed.
    @FunctionalInterface
    interface Call<T extends @Nullable Object> {
        T run() throws FsException;
    }

    /// The same without an answer.
    @FunctionalInterface
    interface Action {
        void run() throws FsException;
    }

    private record Sums(Counter calls, Counter nanos) {
        void add(long took) {
            calls.increment();
            nanos.add(took);
        }
    }

    private final Clock clock;
    private final Map<Operation, Sums> sums = new EnumMap<>(Operation.class);
    private final Histogram operations;
    private final Histogram transactions;
    private final Counter restarts;

    MetaTimes(MetricRegistry registry, Clock clock) {
        this.clock = clock;
        for (Operation operation : Operation.values()) {
            var method = new Label("method", operation.method);
            sums.put(
                    operation,
                    new Sums(
                            registry.counter("meta_ops_total", "Meta operation count", method),
                            registry.counter(
                                    "meta_ops_duration_seconds",
                                    "Meta operation duration in seconds.",
                                    MetricUnit.NANOS_AS_SECONDS,
                                    method)));
        }
        operations = histogram(registry, "meta_ops_durations_histogram_seconds", "Operation latency distributions.");
        transactions =
                histogram(registry, "transaction_durations_histogram_seconds", "Transactions latency distributions.");
        restarts = registry.counter("transaction_restart", "The number of times a transaction is restarted.");
    }

    private static Histogram histogram(MetricRegistry registry, String name, String help) {
        return registry.histogram(name, help, DURATIONS, MetricUnit.NANOS_AS_SECONDS);
    }

    /// Runs `call`; it counts whether it fails or not.
    <T extends @Nullable Object> T timed(Operation operation, Call<T> call) throws FsException {
        long begun = clock.nanoTime();
        try {
            return call.run();
        } finally {
            long took = clock.nanoTime() - begun;
            Objects.requireNonNull(sums.get(operation), "every operation has its sums")
                    .add(took);
            operations.observe(took);
        }
    }

    /// The same for what has no answer.
    void run(Operation operation, Action action) throws FsException {
        Object _ = timed(operation, () -> {
            action.run();
            return operation;
        });
    }

    /// Runs a transaction and counts it; each time it calls its work it tells [#restarted] but for the first.
    <T extends @Nullable Object> T transaction(Call<T> transaction) throws FsException {
        long begun = clock.nanoTime();
        try {
            return transaction.run();
        } finally {
            transactions.observe(clock.nanoTime() - begun);
        }
    }

    /// Counts one more run of a transaction's work.
    void restarted() {
        restarts.increment();
    }
}
