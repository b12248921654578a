package mountagent.fuse.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// On which processors the calling thread may run.
public final class Affinity {
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

    private Affinity() {}

    /// Does `action` on `processor` and returns to where the thread may run otherwise: 0, or the negated error
    /// number that says why it may not run there; then nothing was done. `action` must not start threads, which
    /// would be bound to the processor.
    public static int on(int processor, Runnable action) {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = CallState.in(arena);
            MemorySegment before = arena.allocate(MASK_BYTES, Long.BYTES);
            int rc = (int) Bound.GET.invokeExact(state.segment(), 0, (long) MASK_BYTES, before.address());
            if (rc < 0) {
                return -state.errno();
            }
            MemorySegment one = arena.allocate(MASK_BYTES, Long.BYTES);
            one.setAtIndex(JAVA_LONG, processor / Long.SIZE, 1L << processor % Long.SIZE);
            rc = (int) Bound.SET.invokeExact(state.segment(), 0, (long) MASK_BYTES, one.address());
            if (rc < 0) {
                return -state.errno();
            }
            try {
                action.run();
            } finally {
                rc = (int) Bound.SET.invokeExact(state.segment(), 0, (long) MASK_BYTES, before.address());
            }
            return rc >= 0 ? 0 : -state.errno();
        } catch (Throwable e) {
            throw LibC.impossible(e);
        }
    }
}
