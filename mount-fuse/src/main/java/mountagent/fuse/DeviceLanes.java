package mountagent.fuse;

import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import mountagent.base.Errno;
import org.jspecify.annotations.Nullable;

/// The lanes over a [Transport] whose requests can be detached.
///
/// What may wait a lane serves itself, as long as another lane waits for requests: handing over costs two
/// wake-ups, as much as a small change itself. The last lane that could take requests wakes a spare one before
/// it waits for an operation; when there is none it detaches the request to a virtual thread, one each, and so
/// do all lanes with what may take very long. A lane that detaches waits for memory of detached requests only.
///
/// Few lanes receive at a time, the others are spare: the kernel wakes receivers by turns, and many would each
/// come with cold caches and often to another processor.
final class DeviceLanes implements Lanes {
    private final Transport transport;
    private final Handlers handlers;
    private final InFlight inFlight;
    private final ThreadFactory threads;

    /// How many lanes wait for requests, and may at a time.
    private final AtomicInteger receiving = new AtomicInteger();

    private final int receiversMax;

    /// How many lanes wait to be woken, each by one permit.
    private final AtomicInteger spare = new AtomicInteger();

    private final Semaphore wakeUps = new Semaphore(0);
    private volatile boolean ended;

    /// `threads` makes those that serve detached requests.
    DeviceLanes(Transport transport, Handlers handlers, InFlight inFlight, ThreadFactory threads, int receiversMax) {
        this.transport = transport;
        this.handlers = handlers;
        this.inFlight = inFlight;
        this.threads = threads;
        this.receiversMax = receiversMax;
    }

    @Override
    public @Nullable Request receive(int lane) throws InterruptedException {
        awaitTurn();
        receiving.incrementAndGet();
        Request request;
        try {
            request = transport.receive(lane);
        } finally {
            receiving.decrementAndGet();
        }
        if (request == null) {
            ended = true;
            wakeUps.release(transport.lanes());
        }
        return request;
    }

    /// Stays spare while enough others receive.
    private void awaitTurn() throws InterruptedException {
        if (receiving.get() >= receiversMax && !ended) {
            spare.incrementAndGet();
            wakeUps.acquire();
        }
    }

    /// Whether there was a spare lane to take the place of this one.
    private boolean wakeSpare() {
        boolean isThere = spare.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
        if (isThere) {
            wakeUps.release();
        }
        return isThere;
    }

    @Override
    public boolean reply(int lane, Request request) {
        return transport.reply(request);
    }

    @Override
    public boolean isTaken(int lane, Opcode opcode, Request request) throws InterruptedException {
        if (!opcode.isLong() && (receiving.get() > 0 || wakeSpare())) {
            return false;
        }
        detach(lane, opcode, request);
        return true;
    }

    private void detach(int lane, Opcode opcode, Request request) throws InterruptedException {
        Request detached;
        try {
            detached = transport.detach(lane);
        } catch (OutOfMemoryError e) {
            handlers.fail(opcode, request, e);
            send(opcode, request);
            return;
        }
        var task = new Detached(opcode, detached);
        Thread thread = threads.newThread(task);
        task.served = inFlight.begin(detached.unique(), thread, opcode.patience());
        thread.start();
    }

    /// A request with a thread of its own.
    private final class Detached implements Runnable {
        private final Opcode opcode;
        private final Request request;

        /// Set before the thread starts.
        private InFlight.@Nullable Served served;

        Detached(Opcode opcode, Request request) {
            this.opcode = opcode;
            this.request = request;
        }

        @Override
        public void run() {
            serveDetached(opcode, request, Objects.requireNonNull(served));
        }
    }

    private void serveDetached(Opcode opcode, Request detached, InFlight.Served served) {
        Request request = detached;
        try {
            request = widen(opcode, detached);
            handlers.perform(opcode, request);
        } catch (InterruptedException _) {
            request.fail(ErrorNumbers.of(Errno.EINTR));
        } catch (Throwable e) {
            handlers.fail(opcode, request, e);
        } finally {
            send(opcode, request);
            transport.release(request);
            inFlight.end(served);
        }
    }

    private void send(Opcode opcode, Request request) {
        if (!transport.reply(request)) {
            handlers.takeBack(opcode, request);
        }
    }

    /// A request with room for the reply, if that may be long.
    private Request widen(Opcode opcode, Request request) throws InterruptedException {
        return opcode.hasLargeReply() ? transport.widen(request, roomAsked(opcode, request)) : request;
    }

    private int roomAsked(Opcode opcode, Request request) {
        int asked = switch (opcode) {
            case READ -> request.int32(16);
            case READDIR, READDIRPLUS -> DirectoryOperations.pageSize(request.int32(16));
            case GETXATTR, LISTXATTR -> request.int32(0);
            default -> 0; // a link's target fits any request
        };
        return Math.clamp(asked, 0, transport.dataMax());
    }
}
