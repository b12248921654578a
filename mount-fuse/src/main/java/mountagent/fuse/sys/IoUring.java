package mountagent.fuse.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// An io_uring for one command at a time, of the long form (128 bytes) that FUSE needs.
///
/// It belongs to the thread that begins: what a command does later it does in that thread, whose end cancels
/// it (`io_uring_setup(2)`, `linux/io_uring.h`). Needs Linux 6.6; three system calls and two mapped pages.
public final class IoUring implements AutoCloseable {
    /// Bytes of the command's own area.
    public static final int COMMAND_BYTES = 80;

    // Numbers of the system calls, the same on x86-64 and arm64.
    private static final long IO_URING_SETUP = 425;
    private static final long IO_URING_ENTER = 426;
    private static final long IO_URING_REGISTER = 427;

    private static final int ENTRIES = 1;
    private static final int PARAMS_BYTES = 120;

    // struct io_uring_params: flags, then struct io_sqring_offsets (head, tail, ring_mask) and io_cqring_offsets
    // (head, tail, ring_mask, ring_entries, overflow, cqes)
    private static final int PARAMS_FLAGS = 8;
    private static final int SQ_OFFSETS = 40;
    private static final int CQ_OFFSETS = 80;
    private static final int CQ_ENTRIES = 4;
    private static final int TAIL = 4;
    private static final int MASK = 8;
    private static final int CQES = 20;

    /// R_DISABLED, SQE128, SINGLE_ISSUER, DEFER_TASKRUN, NO_SQARRAY: one thread submits, which is known later; and
    /// what the kernel has to do in its name it does when that thread waits, at no other time.
    private static final int SETUP_FLAGS = 1 << 6 | 1 << 10 | 1 << 12 | 1 << 13 | 1 << 16;

    private static final long OFFSET_SQES = 0x10000000L;
    private static final int SQE_BYTES = 128;
    private static final int CQE_BYTES = 16;
    private static final int PAGE = 4096;

    // struct io_uring_sqe
    private static final int SQE_FD = 4;
    private static final int SQE_COMMAND = 8;
    private static final int SQE_ADDRESS = 16;
    private static final int SQE_LENGTH = 24;
    private static final int SQE_COMMAND_AREA = 48;

    private static final byte OP_URING_CMD = 46;
    private static final long ENTER_GETEVENTS = 1;
    private static final long REGISTER_ENABLE_RINGS = 12;

    private static final VarHandle SHARED = JAVA_INT.varHandle();

    /// All downcalls, bound when first used.
    private static final class Bound {
        // long syscall(long number, ...);                                               unistd.h
        static final MethodHandle SYSCALL = new Binder()
                .variadic(
                        "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                        JAVA_LONG);
    }

    private final int descriptor;
    private final MemorySegment ring;
    private final MemorySegment commands;
    private final MemorySegment command;
    private final int submitTail;
    private final int completeHead;
    private final int completeTail;
    private final int completeMask;
    private final int completions;

    /// Commands prepared and not submitted: 0 or 1.
    private int prepared;

    private IoUring(int descriptor, MemorySegment ring, MemorySegment commands, MemorySegment params) {
        this.descriptor = descriptor;
        this.ring = ring;
        this.commands = commands;
        this.command = commands.asSlice(0, SQE_BYTES);
        this.submitTail = params.get(JAVA_INT, SQ_OFFSETS + TAIL);
        this.completeHead = params.get(JAVA_INT, CQ_OFFSETS);
        this.completeTail = params.get(JAVA_INT, CQ_OFFSETS + TAIL);
        this.completeMask = ring.get(JAVA_INT, params.get(JAVA_INT, CQ_OFFSETS + MASK));
        this.completions = params.get(JAVA_INT, CQ_OFFSETS + CQES);
    }

    /// Makes one. IOException, with the words of the system, when it refuses.
    public static IoUring open() throws IOException {
        try (NativeMemory memory = NativeMemory.map(PAGE)) {
            MemorySegment params = memory.segment();
            params.set(JAVA_INT, PARAMS_FLAGS, SETUP_FLAGS);
            CallState state = CallState.in(params.asSlice(PARAMS_BYTES + Long.BYTES, CallState.SIZE_BYTES));
            int fd = (int) call(state, IO_URING_SETUP, ENTRIES, memory.address(), 0, 0);
            if (fd < 0) {
                throw new IOException("io_uring_setup: " + LibC.describe(-fd));
            }
            return mapped(fd, params);
        }
    }

    private static IoUring mapped(int fd, MemorySegment params) throws IOException {
        LibC.closeOnExec(fd);
        long ringBytes = params.get(JAVA_INT, CQ_OFFSETS + CQES) + (long) CQE_BYTES * params.get(JAVA_INT, CQ_ENTRIES);
        long ring = LibC.mapShared(ringBytes, fd, 0);
        long commands = LibC.mapShared(ENTRIES * SQE_BYTES, fd, OFFSET_SQES);
        if (isError(ring) || isError(commands)) {
            if (!isError(ring)) {
                LibC.unmap(ring, ringBytes);
            }
            LibC.close(fd);
            throw new IOException("io_uring cannot be mapped: " + LibC.describe((int) -Math.min(ring, commands)));
        }
        return new IoUring(fd, segment(ring, ringBytes), segment(commands, ENTRIES * SQE_BYTES), params);
    }

    /// Makes the calling thread the one that submits. Returns 0 or a negated error number.
    public int begin(CallState state) {
        return (int) call(state, IO_URING_REGISTER, descriptor, REGISTER_ENABLE_RINGS, 0, 0);
    }

    private static boolean isError(long address) {
        return address < 0 && address > -PAGE;
    }

    private static MemorySegment segment(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /// Prepares a command for `fd`'s driver with the number `operation`, and the address and count of what it
    /// is about. Returns its own area, [#COMMAND_BYTES] long and zeroed.
    public MemorySegment prepare(int fd, int operation, long address, int count) {
        command.fill((byte) 0);
        command.set(ValueLayout.JAVA_BYTE, 0, OP_URING_CMD);
        command.set(JAVA_INT, SQE_FD, fd);
        command.set(JAVA_INT, SQE_COMMAND, operation);
        command.set(JAVA_LONG, SQE_ADDRESS, address);
        command.set(JAVA_INT, SQE_LENGTH, count);
        prepared = 1;
        return command.asSlice(SQE_COMMAND_AREA, COMMAND_BYTES);
    }

    /// Submits the prepared command without waiting for anything. Returns 0 or a negated error number.
    public int submit(CallState state) {
        return enter(state, 0, 0);
    }

    /// Submits the prepared command, if there is one, and waits until one completes. Returns 0, or a negated
    /// error number: EINTR when it is to be called again. Blocks.
    public int await(CallState state) {
        return enter(state, 1, ENTER_GETEVENTS);
    }

    private int enter(CallState state, long completed, long flags) {
        if (prepared > 0) {
            moveTail(prepared);
        }
        long rc = call(state, IO_URING_ENTER, descriptor, prepared, completed, flags);
        if (rc >= 0) {
            prepared = 0;
            return 0;
        }
        if (prepared > 0) {
            // Nothing was taken: it is as before.
            moveTail(-prepared);
        }
        return (int) rc;
    }

    private void moveTail(int by) {
        int tail = (int) SHARED.getOpaque(ring, (long) submitTail);
        SHARED.setRelease(ring, (long) submitTail, tail + by);
    }

    /// Whether a command has completed whose result was not taken.
    public boolean hasResult() {
        return (int) SHARED.getAcquire(ring, (long) completeTail) != (int) SHARED.getOpaque(ring, (long) completeHead);
    }

    /// Takes the result of a completed command: what the driver says, or a negated error number.
    public int takeResult() {
        int head = (int) SHARED.getOpaque(ring, (long) completeHead);
        int result = ring.get(JAVA_INT, completions + (long) (head & completeMask) * CQE_BYTES + Long.BYTES);
        SHARED.setRelease(ring, (long) completeHead, head + 1);
        return result;
    }

    private static long call(CallState state, long number, long first, long second, long third, long fourth) {
        try {
            long rc = (long) Bound.SYSCALL.invokeExact(state.segment(), number, first, second, third, fourth, 0L, 0L);
            return rc >= 0 ? rc : -state.errno();
        } catch (Throwable e) {
            throw LibC.impossible(e);
        }
    }

    /// Ends it. Only when no thread uses it any more.
    @Override
    public void close() {
        LibC.unmap(ring.address(), ring.byteSize());
        LibC.unmap(commands.address(), commands.byteSize());
        LibC.close(descriptor);
    }
}
