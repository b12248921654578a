package mountagent.fuse.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/// Where a system call leaves its error number. Belongs to one thread at a time.
public final class CallState {
    /// Bytes that one needs.
    public static final int SIZE_BYTES = 16;

    private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
    private static final long ERRNO = LAYOUT.byteOffset(PathElement.groupElement("errno"));

    static {
        assert LAYOUT.byteSize() <= SIZE_BYTES : "the capture of errno takes " + LAYOUT.byteSize() + " bytes";
    }

    private final MemorySegment segment;

    private CallState(MemorySegment segment) {
        this.segment = segment;
    }

    /// One in memory that is never given back: for long-lived owners.
    public static CallState create() {
        return new CallState(Arena.global().allocate(SIZE_BYTES, 8));
    }

    /// One that lies in `memory`, which must be aligned to 8 bytes and have a global scope.
    public static CallState in(MemorySegment memory) {
        if (memory.byteSize() < SIZE_BYTES) {
            throw new IllegalArgumentException("call state needs " + SIZE_BYTES + " bytes, not " + memory.byteSize());
        }
        return new CallState(memory);
    }

    static CallState in(Arena arena) {
        return new CallState(arena.allocate(SIZE_BYTES, 8));
    }

    MemorySegment segment() {
        return segment;
    }

    int errno() {
        return segment.get(ValueLayout.JAVA_INT, ERRNO);
    }
}
