package mountagent.fuse;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.fuse.sys.LinuxErrno;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides for each request which thread serves it, and sees to it that it gets exactly one reply.
///
/// # Threads
///
/// A lane's platform thread serves what needs no waiting. What may wait it serves too, as long as another lane
/// waits for requests: handing over costs two wake-ups, as much as a small change itself. The last lane that
/// could take requests wakes a spare one before it waits for an operation; when there is none it detaches the
/// request to a virtual thread, one each, and so do all lanes with what may take very long. So the requests
/// that unblock others (FLUSH, RELEASE, an unlock, INTERRUPT) are always taken. A lane that detaches waits for
/// memory of detached requests only.
///
/// Few lanes receive at a time, the others are spare: the kernel wakes receivers by turns, and many would each
/// come with cold caches and often to another processor.
///
/// # Failures
///
/// A failure of the facade becomes its number. Anything else a handler throws is a fault of ours: it is
/// logged and answered EIO, and neither ends the thread nor the process.
final class Dispatcher {
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    /// A lane that waits for memory leaves its request unknown for long: asked so often in a row about one, the
    /// other lanes make pauses.
    private static final int ASKED_AGAIN_MAX = 8;

    private static final Duration ASKED_AGAIN_PAUSE = Duration.ofMillis(1);

    private final Clock clock;
    private final AtomicLong lastUnknown = new AtomicLong();
    private final AtomicInteger unknownAgain = new AtomicInteger();

    /// How many lanes wait for requests, and may at a time.
    private final AtomicInteger receiving = new AtomicInteger();

    private final int receiversMax;

    /// How many lanes wait to be woken, each by one permit.
    private final AtomicInteger spare = new AtomicInteger();

    private final Semaphore wakeUps = new Semaphore(0);
    private volatile boolean ended;

    private final Transport transport;
    private final Operations operations;
    private final InFlight inFlight;
    private final ThreadFactory threads;
    private final boolean answersAtOnce;
    private final Set<Opcode> refused;

    /// `answersAtOnce` is the volume's word on look-ups; `refused` are the opcodes that this mount does not
    /// serve.
    Dispatcher(
            Transport transport,
            Operations operations,
            InFlight inFlight,
            ThreadFactory threads,
            boolean answersAtOnce,
            Set<Opcode> refused,
            int receiversMax,
            Clock clock) {
        this.transport = transport;
        this.operations = operations;
        this.inFlight = inFlight;
        this.threads = threads;
        this.answersAtOnce = answersAtOnce;
        this.refused = refused;
        this.receiversMax = receiversMax;
        this.clock = clock;
    }

    /// Serves the requests of a lane until the connection ends.
    void serve(int lane) throws InterruptedException {
        while (true) {
            awaitTurn();
            Request request = receive(lane);
            if (request == null) {
                ended = true;
                wakeUps.release(transport.lanes());
                return;
            }
            dispatch(lane, request);
        }
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

    private @Nullable Request receive(int lane) throws InterruptedException {
        receiving.incrementAndGet();
        try {
            return transport.receive(lane);
        } finally {
            receiving.decrementAndGet();
        }
    }

    private void dispatch(int lane, Request request) throws InterruptedException {
        Opcode opcode = Opcode.of(request.opcode());
        if (opcode == null || refused.contains(opcode)) {
            request.fail(LinuxErrno.ENOSYS);
            transport.reply(request);
            return;
        }
        if (request.bodyLength() < opcode.bodyLengthMin()) {
            log.error("the kernel sent {} with a body of {} bytes", opcode, request.bodyLength());
            if (opcode.pace() != Opcode.Pace.SILENT) {
                request.fail(LinuxErrno.EIO);
                transport.reply(request);
            }
            return;
        }
        switch (opcode.pace()) {
            case AT_ONCE, UNKNOWN -> serveHere(opcode, request);
            case QUERY -> {
                if (answersAtOnce) {
                    serveHere(opcode, request);
                } else {
                    serveWaiting(lane, opcode, request);
                }
            }
            case ATTEMPT -> {
                if (!attempt(opcode, request)) {
                    serveWaiting(lane, opcode, request);
                }
            }
            case CHANGE -> serveWaiting(lane, opcode, request);
            case SILENT -> takeSilently(opcode, request);
        }
    }

    private void serveWaiting(int lane, Opcode opcode, Request request) throws InterruptedException {
        if (!opcode.isLong() && (receiving.get() > 0 || wakeSpare())) {
            serveOnLane(opcode, request);
        } else {
            detach(lane, opcode, request);
        }
    }

    private void serveOnLane(Opcode opcode, Request request) {
        InFlight.Served served = inFlight.begin(request.unique(), Thread.currentThread(), opcode.patience());
        try {
            perform(opcode, request);
        } finally {
            inFlight.end(served);
            // An interrupt was meant for this request.
            boolean _ = Thread.interrupted();
        }
        send(opcode, request);
    }

    private void serveHere(Opcode opcode, Request request) {
        perform(opcode, request);
        send(opcode, request);
    }

    /// Whether the request was served, be it with an error.
    private boolean attempt(Opcode opcode, Request request) {
        try {
            if (!operations.attempt(opcode, request)) {
                return false;
            }
        } catch (Throwable e) {
            fail(opcode, request, e);
        }
        send(opcode, request);
        return true;
    }

    private void detach(int lane, Opcode opcode, Request request) throws InterruptedException {
        Request detached;
        try {
            detached = transport.detach(lane);
        } catch (OutOfMemoryError e) {
            fail(opcode, request, e);
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
            perform(opcode, request);
        } catch (InterruptedException _) {
            request.fail(ErrorNumbers.of(Errno.EINTR));
        } catch (Throwable e) {
            fail(opcode, request, e);
        } finally {
            send(opcode, request);
            transport.release(request);
            inFlight.end(served);
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

    private void perform(Opcode opcode, Request request) {
        try {
            operations.perform(opcode, request);
        } catch (Throwable e) {
            fail(opcode, request, e);
        }
    }

    private void fail(Opcode opcode, Request request, Throwable failure) {
        if (Thread.currentThread().isInterrupted() && opcode.isQuestion()) {
            // Whatever it failed with, it was given up.
            request.fail(ErrorNumbers.of(Errno.EINTR));
            log.debug("{} of inode {} was given up", opcode, request.node(), failure);
        } else if (failure instanceof FsException e) {
            request.fail(ErrorNumbers.of(e.errno()));
            if (e.errno() == Errno.EIO && !e.isExpected()) {
                log.warn("{} of inode {} failed: {}", opcode, request.node(), e.getMessage(), e.getCause());
            } else {
                log.debug("{} of inode {}: {}", opcode, request.node(), e.getMessage());
            }
        } else {
            request.fail(LinuxErrno.EIO);
            log.error("{} of inode {} failed in a way that it must not", opcode, request.node(), failure);
        }
    }

    private void send(Opcode opcode, Request request) {
        if (!transport.reply(request)) {
            // On a thread of its own: releasing a handle may wait, and the request is used again.
            Runnable undo = operations.undelivered(opcode, request);
            if (undo != null) {
                threads.newThread(undo).start();
            }
        }
    }

    private void takeSilently(Opcode opcode, Request request) throws InterruptedException {
        if (opcode != Opcode.INTERRUPT) {
            return; // there is no table of nodes that forgetting would shrink
        }
        // A request that no thread serves was answered meanwhile, or another lane has it in hand and may be about
        // to detach it: the kernel drops this answer in the first case and asks again in the second.
        long victim = request.int64(0);
        if (!inFlight.interrupt(victim)) {
            if (victim != lastUnknown.getAndSet(victim)) {
                unknownAgain.set(0);
            } else if (unknownAgain.incrementAndGet() > ASKED_AGAIN_MAX) {
                clock.sleep(ASKED_AGAIN_PAUSE);
            }
            request.fail(LinuxErrno.EAGAIN);
            transport.reply(request);
        }
    }
}
