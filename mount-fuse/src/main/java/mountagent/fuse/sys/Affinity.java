package mountagent.fuse.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// The processors that a thread may run on (`sched_setaffinity(2)`). Immutable.
public final class Affinity {
    /// The calling thread.
    public static final int THIS_THREAD = 0;

    /// Room for 8,192 processors, the most that Linux can be built for.
    private static final int MASK_BYTES = 1024;

    /// All downcalls, bound when first used.
    private static final class Bound {
        // int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *mask);                sched.h
        static final MethodHandle GET =
                new Binder().capturing("sched_getaffinity", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
        // int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *mask);          sched.h
        static final MethodHandle SET =
                new Binder().capturing("sched_setaffinity", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    }

    private final BitSet processors;

    private Affinity(BitSet processors) {
        this.processors = processors;
    }

    /// One processor, less than 8,192.
    public static Affinity only(int processor) {
        var one = new BitSet();
        one.set(processor);
        return new Affinity(one);
    }

    /// That of a thread, by the system's number of it; null when there is no such thread (any more).
    public static @Nullable Affinity of(int thread) {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = CallState.in(arena);
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            int rc = (int) Bound.GET.invokeExact(state.segment(), thread, (long) MASK_BYTES, mask.address());
            return rc < 0 ? null : new Affinity(BitSet.valueOf(mask.toArray(JAVA_LONG)));
        } catch (Throwable e) {
            throw LibC.impossible(e);
        }
    }

    /// Gives it to a thread, by the system's number: 0, or the negated error number that says why not.
    public int giveTo(int thread) {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = CallState.in(arena);
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            MemorySegment.copy(MemorySegment.ofArray(processors.toLongArray()), 0, mask, 0, lengthBytes());
            int rc = (int) Bound.SET.invokeExact(state.segment(), thread, (long) MASK_BYTES, mask.address());
            return rc >= 0 ? 0 : -state.errno();
        } catch (Throwable e) {
            throw LibC.impossible(e);
        }
    }

    private long lengthBytes() {
        return (long) (processors.length() + Long.SIZE - 1) / Long.SIZE * Long.BYTES;
    }

    /// Whether `processor` is one of them.
    public boolean has(int processor) {
        return processors.get(processor);
    }

    /// How many they are.
    public int count() {
        return processors.cardinality();
    }
}
