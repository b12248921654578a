package mountagent.observe;

import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.metrics.MetricRegistry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// What counting and timing adds to an operation: the goal is less than 100 ns, of which the clock takes most.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ObserverBenchmark {
    private final Observer observer =
            new Observer(new AccessLog(Clock.SYSTEM, ZoneOffset.UTC), new MetricRegistry(), Clock.SYSTEM);

    /// Two readings of the clock, which is what timing costs at least.
    @Benchmark
    public long clockAlone() {
        return Clock.SYSTEM.nanoTime() - Clock.SYSTEM.nanoTime();
    }

    /// An operation that does nothing.
    @Benchmark
    public Long observed() throws FsException {
        return observer.observed(Operation.GETATTR, Caller.AGENT, () -> 1L, String::valueOf);
    }

    /// The same from two threads at once.
    @Benchmark
    @Threads(2)
    public Long observedByTwo() throws FsException {
        return observer.observed(Operation.GETATTR, Caller.AGENT, () -> 1L, String::valueOf);
    }
}
