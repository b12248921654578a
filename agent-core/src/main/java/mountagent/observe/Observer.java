package mountagent.observe;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.metrics.MetricRegistry;
import org.jspecify.annotations.Nullable;

/// Counts and times operations, and tells those that somebody wants to know of. Thread-safe.
final class Observer {
    /// What is observed.
    interface Call<T extends @Nullable Object> {
        T run() throws FsException;
    }

    /// The same without an answer.
    interface Action {
        void run() throws FsException;
    }

    /// Makes the arguments of a line, and the answer, which is null when there was none.
    interface Text<T> {
        String of(@Nullable T answer);
    }

    private final AccessLog log;
    private final Clock clock;
    private final OperationMeter meter;
    private final AtomicLong handles = new AtomicLong();

    Observer(AccessLog log, MetricRegistry registry, Clock clock) {
        this.log = log;
        this.clock = clock;
        this.meter = new OperationMeter(registry);
    }

    OperationMeter meter() {
        return meter;
    }

    /// The time by which operations are timed, in nanoseconds.
    long now() {
        return clock.nanoTime();
    }

    /// A number for a handle in the log.
    long nextHandle() {
        return handles.incrementAndGet();
    }

    /// Whether an operation that took `nanos` is to be told.
    boolean wants(long nanos) {
        return log.wants(nanos);
    }

    /// See [AccessLog#tell].
    void tell(Caller caller, String text, @Nullable Errno failure, long nanos) {
        log.tell(caller, text, failure, nanos);
    }

    /// Counts what ended just now and returns how long it took.
    long ended(Operation operation, long begun, @Nullable Errno failure) {
        long took = clock.nanoTime() - begun;
        meter.ended(operation, took);
        if (failure != null) {
            meter.failed(failure);
        }
        return took;
    }

    /// Runs `call` on behalf of `caller`, counts it and tells it.
    <T extends @Nullable Object> T observed(Operation operation, Caller caller, Call<T> call, Text<T> text)
            throws FsException {
        long begun = clock.nanoTime();
        T answer;
        try {
            answer = call.run();
        } catch (FsException e) {
            told(operation, caller, begun, e.errno(), text, null);
            throw e;
        } catch (RuntimeException | Error e) {
            told(operation, caller, begun, Errno.EIO, text, null);
            throw e;
        }
        told(operation, caller, begun, null, text, answer);
        return answer;
    }

    /// Counts and tells what ended just now.
    <T> void told(
            Operation operation, Caller caller, long begun, @Nullable Errno failure, Text<T> text, @Nullable T answer) {
        long took = ended(operation, begun, failure);
        if (log.wants(took)) {
            log.tell(caller, operation.word() + " " + text.of(answer), failure, took);
        }
    }

    /// The same for what has no answer.
    void done(Operation operation, Caller caller, Action action, Supplier<String> text) throws FsException {
        boolean _ = observed(
                operation,
                caller,
                () -> {
                    action.run();
                    return true;
                },
                _ -> text.get());
    }
}
