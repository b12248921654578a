package mountagent.fuse;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import mountagent.base.Clock;
import mountagent.fuse.sys.CallState;
import mountagent.fuse.sys.IoUring;
import mountagent.fuse.sys.LibC;
import mountagent.fuse.sys.LinuxErrno;
import mountagent.fuse.sys.NativeMemory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One entry of a processor's queue: a request's memory known to the kernel, and a ring of its own through which
/// one thread answers a request and waits for the next with a single call (fuse.md §6).
///
/// Belongs to the thread that first receives on it, until that ends: the kernel fills the memory in that
/// thread's name.
final class RingLane implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RingLane.class);

    // enum fuse_uring_cmd
    private static final int REGISTER = 1;
    private static final int COMMIT_AND_FETCH = 2;

    // struct fuse_uring_req_header: in or out header, the operation's struct, struct fuse_uring_ent_in_out
    private static final int OPERATION = 128;
    private static final int OPERATION_BYTES = 128;
    private static final int PAYLOAD_LENGTH = 256 + 16;
    private static final int HEADERS_BYTES = 288;

    // What else lies in the same page: two struct iovec, and where system calls leave errno.
    private static final int VECTORS = 512;
    private static final int CALL_STATE = 1024;
    private static final int MEMORY_BYTES = 4096;

    // struct fuse_uring_cmd_req
    private static final int COMMIT_ID = 8;
    private static final int QUEUE_ID = 16;

    /// How often in a row the kernel may lack memory for a command.
    private static final int TRIES_MAX = 10_000;

    private static final Duration TRY_AGAIN = Duration.ofMillis(1);

    private final int descriptor;
    private final short queue;
    private final IoUring ring;
    private final NativeMemory memory;
    private final MemorySegment headers;
    private final MemorySegment operation;
    private final CallState callState;
    private final Request request;

    private State state = State.NEW;
    private boolean isRegistered;
    private volatile int refusal;

    private enum State {
        NEW,
        /// The entry is with the kernel, or goes there with the next call.
        WAITS,
        /// A request was received and not replied to.
        SERVES,
        /// The kernel has taken the entry back, or never took it.
        ENDED
    }

    /// One for queue number `queue` of the connection behind `descriptor`, with room for `dataCapacity` bytes of
    /// data. IOException when the system refuses.
    RingLane(int descriptor, int queue, int dataCapacity) throws IOException {
        this.descriptor = descriptor;
        this.queue = (short) queue;
        this.ring = IoUring.open();
        this.memory = NativeMemory.map(MEMORY_BYTES);
        this.headers = memory.segment();
        this.operation = headers.asSlice(OPERATION, OPERATION_BYTES);
        this.callState = CallState.in(headers.asSlice(CALL_STATE, CallState.SIZE_BYTES));
        this.request = new Request(dataCapacity);
        headers.set(Request.LONG, VECTORS, memory.address());
        headers.set(Request.LONG, VECTORS + 8, HEADERS_BYTES);
        headers.set(Request.LONG, VECTORS + 16, request.dataAddress());
        headers.set(Request.LONG, VECTORS + 24, dataCapacity);
    }

    /// Brings a further entry into a queue that is in use, before the first [#receive].
    void join() {
        begin();
        prepare(REGISTER, memory.address() + VECTORS, 2);
        int rc = ring.submit(callState);
        if (rc != 0) {
            log.debug("the ring of processor {} is not ready yet: {}", queue, LibC.describe(-rc));
        }
    }

    /// Waits for a request, and sends the last one's reply on the way. Null when the kernel takes the entry no
    /// more: the connection has ended, or the entry was refused ([#refusal]).
    @Nullable
    Request receive() throws InterruptedException {
        if (state == State.NEW) {
            begin();
            prepare(REGISTER, memory.address() + VECTORS, 2);
        } else if (state == State.SERVES) {
            // A fault lost the request; its caller waits all the same.
            request.fail(LinuxErrno.EIO);
            reply();
        }
        while (state == State.WAITS) {
            int result = await();
            if (result != 0) {
                end(result);
            } else {
                isRegistered = true;
                state = State.SERVES;
                if (request.beginApart(headers, operation, headers.get(Request.INT, PAYLOAD_LENGTH))) {
                    return request;
                }
                log.error("the kernel sent a malformed request, opcode {}", headers.get(Request.INT, 4));
                request.fail(LinuxErrno.EIO);
                reply();
            }
        }
        return null;
    }

    private void begin() {
        int rc = ring.begin(callState);
        if (rc != 0) {
            log.debug("the ring of processor {} cannot begin: {}", queue, LibC.describe(-rc)); // and will not submit
        }
    }

    private void end(int result) {
        boolean isOrderly = result == -LinuxErrno.ENOTCONN || result == -LinuxErrno.ECONNABORTED;
        if (!isRegistered && !isOrderly) {
            refusal = -result;
        } else if (!isOrderly) {
            log.error("an entry of processor {} is lost: {}", queue, LibC.describe(-result));
        }
        state = State.ENDED;
    }

    /// Submits what is prepared and waits for its result.
    private int await() throws InterruptedException {
        for (int tries = 0; tries < TRIES_MAX; ) {
            int rc = ring.await(callState);
            if (ring.hasResult()) {
                return ring.takeResult();
            }
            if (rc == -LinuxErrno.EAGAIN || rc == -LinuxErrno.ENOMEM) {
                tries++;
                Clock.SYSTEM.sleep(TRY_AGAIN);
            } else if (rc != 0 && rc != -LinuxErrno.EINTR) {
                return rc;
            }
        }
        return -LinuxErrno.ENOMEM;
    }

    /// Has the reply that the request holds go with the next [#receive].
    void reply() {
        headers.set(Request.INT, PAYLOAD_LENGTH, request.splitReply(headers));
        MemorySegment command = prepare(COMMIT_AND_FETCH, 0, 0);
        command.set(Request.LONG, COMMIT_ID, request.unique());
    }

    private MemorySegment prepare(int operation, long address, int count) {
        MemorySegment command = ring.prepare(descriptor, operation, address, count);
        command.set(ValueLayout.JAVA_SHORT, QUEUE_ID, queue);
        state = State.WAITS;
        return command;
    }

    /// Why the kernel did not want the entry: an error number, or 0 if it did.
    int refusal() {
        return refusal;
    }

    /// Has the kernel leave io_uring alone, as if it had refused this entry, which then is of no use: for when
    /// nobody can serve it (fuse.md §6).
    void callOff() throws InterruptedException {
        begin();
        prepare(REGISTER, 0, 2);
        int result = await();
        log.debug("io_uring is called off: {}", LibC.describe(-result));
        state = State.ENDED;
    }

    /// Gives everything back. Only when no thread uses it any more.
    @Override
    public void close() {
        ring.close();
        memory.close();
        request.free();
    }
}
