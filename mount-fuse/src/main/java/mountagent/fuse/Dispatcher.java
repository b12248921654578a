package mountagent.fuse;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.Clock;
import mountagent.fuse.sys.LinuxErrno;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides for each request of some [Lanes] which thread serves it, and sees to it that it gets exactly one
/// reply.
///
/// A lane's platform thread serves what needs no waiting. What may wait it serves too, unless its lanes have
/// another thread do it: so the requests that unblock others (FLUSH, RELEASE, an unlock, INTERRUPT) are always
/// taken.
final class Dispatcher {
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    /// A lane that waits for memory leaves its request unknown for long: asked so often in a row about one, the
    /// other lanes make pauses.
    private static final int ASKED_AGAIN_MAX = 8;

    private static final Duration ASKED_AGAIN_PAUSE = Duration.ofMillis(1);

    private final Clock clock;
    private final AtomicLong lastUnknown = new AtomicLong();
    private final AtomicInteger unknownAgain = new AtomicInteger();

    private final Lanes lanes;
    private final Handlers handlers;
    private final InFlight inFlight;
    private final boolean answersAtOnce;
    private final Set<Opcode> refused;

    /// `answersAtOnce` is the volume's word on look-ups; `refused` are the opcodes that this mount does not
    /// serve.
    Dispatcher(
            Lanes lanes,
            Handlers handlers,
            InFlight inFlight,
            boolean answersAtOnce,
            Set<Opcode> refused,
            Clock clock) {
        this.lanes = lanes;
        this.handlers = handlers;
        this.inFlight = inFlight;
        this.answersAtOnce = answersAtOnce;
        this.refused = refused;
        this.clock = clock;
    }

    /// Serves the requests of a lane until the connection ends.
    void serve(int lane) throws InterruptedException {
        while (true) {
            Request request = lanes.receive(lane);
            if (request == null) {
                return;
            }
            dispatch(lane, request);
        }
    }

    private void dispatch(int lane, Request request) throws InterruptedException {
        Opcode opcode = Opcode.of(request.opcode());
        if (opcode == null || refused.contains(opcode)) {
            request.fail(LinuxErrno.ENOSYS);
            lanes.reply(lane, request);
            return;
        }
        if (request.bodyLength() < opcode.bodyLengthMin()) {
            log.error("the kernel sent {} with a body of {} bytes", opcode, request.bodyLength());
            if (opcode.pace() != Opcode.Pace.SILENT) {
                request.fail(LinuxErrno.EIO);
                lanes.reply(lane, request);
            }
            return;
        }
        switch (opcode.pace()) {
            case AT_ONCE, UNKNOWN -> serveHere(lane, opcode, request);
            case QUERY -> {
                if (answersAtOnce) {
                    serveHere(lane, opcode, request);
                } else {
                    attempt(lane, opcode, request);
                }
            }
            case ATTEMPT -> attempt(lane, opcode, request);
            case CHANGE -> serveWaiting(lane, opcode, request);
            case SILENT -> takeSilently(lane, opcode, request);
        }
    }

    private void attempt(int lane, Opcode opcode, Request request) throws InterruptedException {
        if (handlers.attempt(opcode, request)) {
            send(lane, opcode, request);
        } else {
            serveWaiting(lane, opcode, request);
        }
    }

    private void serveHere(int lane, Opcode opcode, Request request) {
        handlers.perform(opcode, request);
        send(lane, opcode, request);
    }

    private void serveWaiting(int lane, Opcode opcode, Request request) throws InterruptedException {
        if (lanes.isTaken(lane, opcode, request)) {
            return;
        }
        InFlight.Served served = inFlight.begin(request.unique(), Thread.currentThread(), opcode.patience());
        try {
            handlers.perform(opcode, request);
        } finally {
            inFlight.end(served);
            // An interrupt was meant for this request.
            boolean _ = Thread.interrupted();
        }
        send(lane, opcode, request);
    }

    private void send(int lane, Opcode opcode, Request request) {
        if (!lanes.reply(lane, request)) {
            handlers.takeBack(opcode, request);
        }
    }

    private void takeSilently(int lane, Opcode opcode, Request request) throws InterruptedException {
        if (opcode != Opcode.INTERRUPT) {
            return; // there is no table of nodes that forgetting would shrink
        }
        // A request that no thread serves was answered meanwhile, or a lane has it in hand and is about to serve it:
        // the kernel drops this answer in the first case and asks again in the second. Of a request that came over a
        // ring it knows nothing here, and does not ask again: then the interrupt waits for it.
        long victim = request.int64(0);
        if (!inFlight.interrupt(victim)) {
            pauseIfAskedAgain(victim);
            request.fail(LinuxErrno.EAGAIN);
            if (!lanes.reply(lane, request)) {
                inFlight.interruptLater(victim);
            }
        }
    }

    private void pauseIfAskedAgain(long victim) throws InterruptedException {
        if (victim != lastUnknown.getAndSet(victim)) {
            unknownAgain.set(0);
        } else if (unknownAgain.incrementAndGet() > ASKED_AGAIN_MAX) {
            clock.sleep(ASKED_AGAIN_PAUSE);
        }
    }
}
