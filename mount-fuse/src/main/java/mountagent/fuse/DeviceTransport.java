package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import mountagent.base.Sizes;
import mountagent.fuse.sys.CallState;
import mountagent.fuse.sys.LibC;
import mountagent.fuse.sys.LinuxErrno;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The classic transport: read(2) and write(2) on one descriptor of `/dev/fuse`, shared by all lanes.
///
/// Not cloned: a clone gains nothing measurable, and requests read through it are lost when it closes
/// (fuse.md §8, §11). What the results of the calls mean: fuse.md §5.6.
final class DeviceTransport implements Transport {
    private static final Logger log = LoggerFactory.getLogger(DeviceTransport.class);

    private final int descriptor;
    private final int dataMax;
    private final RequestPool pool;
    private final Request[] current;
    private final CallState notifyState = CallState.create();

    /// Owns `descriptor` from now on. `dataMax` is the `max_write` that will be negotiated at most.
    DeviceTransport(int descriptor, int lanes, int dataMax, long memoryBytes) {
        this.descriptor = descriptor;
        this.dataMax = dataMax;
        // The kernel wants a buffer longer than max_write and the headers, by up to a page.
        int capacity = dataMax + 4 * Sizes.KIB;
        this.pool = new RequestPool(memoryBytes, capacity);
        this.current = new Request[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            current[lane] = new Request(capacity);
        }
    }

    int descriptor() {
        return descriptor;
    }

    @Override
    public int lanes() {
        return current.length;
    }

    @Override
    public int dataMax() {
        return dataMax;
    }

    @Override
    public @Nullable Request receive(int lane) {
        Request request = current[lane];
        while (true) {
            long count =
                    LibC.read(descriptor, request.messageAddress(), request.messageCapacity(), request.callState());
            if (count >= 0) {
                if (request.begin((int) count)) {
                    return request;
                }
                refuse(request, count);
                continue;
            }
            switch ((int) -count) {
                // ENOENT: interrupted before we got it. EIO: too large, the kernel has failed it already.
                case LinuxErrno.EINTR, LinuxErrno.EAGAIN, LinuxErrno.ENOENT, LinuxErrno.EIO -> {}
                case LinuxErrno.ENODEV, LinuxErrno.ECONNABORTED -> {
                    log.debug("the connection ended: {}", LibC.describe((int) -count));
                    return null;
                }
                default -> {
                    log.error("reading requests of the kernel failed: {}", LibC.describe((int) -count));
                    return null;
                }
            }
        }
    }

    private void refuse(Request request, long count) {
        log.error("the kernel sent a malformed request of {} bytes, opcode {}", count, request.opcode());
        if (count >= Request.HEADER_LENGTH) {
            request.fail(LinuxErrno.EIO);
            reply(request);
        }
    }

    @Override
    public Request detach(int lane) throws InterruptedException {
        Request request = current[lane];
        if (request.length() <= 2 * Request.HEADER_LENGTH + pool.smallest()) {
            Request small = pool.take(pool.smallest());
            small.copyFrom(request);
            return small;
        }
        current[lane] = pool.take(pool.largest());
        return request;
    }

    @Override
    public Request widen(Request request, int dataBytes) throws InterruptedException {
        if (dataBytes <= request.dataCapacity()) {
            return request;
        }
        Request wide = pool.take(Math.min(dataBytes, pool.largest()));
        wide.copyFrom(request);
        pool.give(request);
        return wide;
    }

    @Override
    public boolean reply(Request request) {
        long count = LibC.write(descriptor, request.replyAddress(), request.replyLength(), request.callState());
        if (count == -LinuxErrno.EINVAL) {
            log.error("the kernel refused a reply of {} bytes to opcode {}", request.replyLength(), request.opcode());
            // The caller stays blocked until it has an answer.
            request.fail(LinuxErrno.EIO);
            count = LibC.write(descriptor, request.replyAddress(), request.replyLength(), request.callState());
        } else if (count < 0) {
            // ENOENT: interrupted or aborted meanwhile. The node id is the inode, so no count has to be taken back.
            log.debug("a reply to opcode {} was not taken: {}", request.opcode(), LibC.describe((int) -count));
        }
        return count >= 0;
    }

    @Override
    public void release(Request request) {
        pool.give(request);
    }

    @Override
    public int notify(MemorySegment message) {
        long count = LibC.write(descriptor, message.address(), message.byteSize(), notifyState);
        return count >= 0 ? 0 : (int) count;
    }

    @Override
    public void close() {
        LibC.close(descriptor);
        for (Request request : current) {
            request.free();
        }
        pool.close();
    }
}
