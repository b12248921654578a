package mountagent.volume.control;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LinuxErrors;
import mountagent.volume.VirtualContent;
import org.jspecify.annotations.Nullable;

/// One open handle of `.control`: gathers what is written until it is a request, and holds the answers. One
/// request
/// at a time; the next may be written when the first is answered. Thread-safe.
final class ControlHandle implements VirtualContent {
    private static final int HEADER = 8;

    private final ControlJobs jobs;
    private final Caller caller;
    private final Duration readWait;
    private final ControlStream answers = new ControlStream();
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    private ByteArrayOutputStream request = new ByteArrayOutputStream(HEADER);
    private int command;
    private long payloadLength = -1;
    private ControlJobs.@Nullable Job job;
    private boolean isRefused;
    private boolean isClosed;

    /// Requests run for `caller`; a read that finds nothing waits for `readWait`.
    ControlHandle(ControlJobs jobs, Caller caller, Duration readWait) {
        this.jobs = jobs;
        this.caller = caller;
        this.readWait = readWait;
    }

    @Override
    public int read(long offset, MemorySegment target) throws FsException {
        return answers.read(offset, target, readWait);
    }

    /// Takes a part of a request. EBUSY while another request of this handle is at work. Bytes behind the
    /// end of a
    /// request, and all that follows a request that was too long to take, are answered EIO or EINVAL and
    /// dropped. ENOMEM when too much is written by all
    /// handles together that is no request yet.
    @Override
    public int write(long offset, MemorySegment source) throws FsException {
        int count = Math.toIntExact(source.byteSize());
        lock.lock();
        try {
            if (isClosed) {
                throw FsException.miss(Errno.EBADF);
            }
            if (count > 0 && job != null && !job.isDone()) {
                throw FsException.miss(Errno.EBUSY);
            }
            if (count > 0 && !isRefused) {
                take(source, offset + count);
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    private void take(MemorySegment source, long end) throws FsException {
        gather(source);
        if (request.size() < HEADER) {
            return;
        }
        if (request.size() >= HEADER && payloadLength < 0) {
            ByteBuffer header = ByteBuffer.wrap(request.toByteArray(), 0, HEADER);
            command = header.getInt();
            payloadLength = Integer.toUnsignedLong(header.getInt());
        }
        if (payloadLength > ControlRequest.PAYLOAD_MAX) {
            isRefused = true;
            refuse(end, Errno.EINVAL);
        } else if (request.size() > HEADER + payloadLength) {
            refuse(end, Errno.EIO);
        } else if (request.size() == HEADER + payloadLength) {
            byte[] all = request.toByteArray();
            forget();
            answers.restart(end);
            job = jobs.begin(caller, command, Arrays.copyOfRange(all, HEADER, all.length), answers);
        }
    }

    /// Adds bytes to the request, at most one more than the longest request has.
    private void gather(MemorySegment source) throws FsException {
        long room = HEADER + (long) ControlRequest.PAYLOAD_MAX + 1 - request.size();
        int count = (int) Math.min(room, source.byteSize());
        jobs.hold(count);
        request.writeBytes(source.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
    }

    private void forget() {
        jobs.release(request.size());
        request = new ByteArrayOutputStream(HEADER);
        payloadLength = -1;
    }

    private void refuse(long end, Errno errno) {
        forget();
        answers.restart(end);
        answers.errno(LinuxErrors.number(errno));
    }

    /// Ends the request at work, unless it was to go on in the background.
    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            forget();
            if (job != null) {
                job.cancel();
            }
        } finally {
            lock.unlock();
        }
    }
}
