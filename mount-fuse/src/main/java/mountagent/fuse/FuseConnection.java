package mountagent.fuse;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import mountagent.base.Caller.Checks;
import mountagent.base.Clock;
import mountagent.base.Threads;
import mountagent.frontend.MountException;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.fuse.MountState.OpenDirectory;
import mountagent.fuse.Protocol.Offer;
import mountagent.fuse.sys.LinuxErrno;
import mountagent.volume.FileHandle;
import mountagent.volume.VolumeFs;
import mountagent.volume.VolumeFs.Subscription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection to the kernel, from INIT to its end, with its threads.
///
/// It ends when the kernel ends it (unmounted by whomever, or aborted). Then, in this order: requests under
/// way are waited for, the notifier stops, handles that are still open are released (which commits what is
/// pending), and the memory is given back. Thread-safe.
final class FuseConnection {
    private static final Logger log = LoggerFactory.getLogger(FuseConnection.class);

    /// What is refused as a whole where extended attributes are off, as the official client does. The kernel
    /// remembers it and does not ask again.
    private static final Set<Opcode> XATTRS =
            Set.of(Opcode.SETXATTR, Opcode.GETXATTR, Opcode.LISTXATTR, Opcode.REMOVEXATTR);

    private static final Duration END_STEP = Duration.ofMillis(500);
    private static final Duration LAST_WAIT = Duration.ofSeconds(10);

    private final MountRequest request;
    private final Transport transport;
    private final @Nullable Rings rings;
    private final MountState state;
    private final Handlers handlers;
    private final Set<Opcode> refused;
    private final Lanes lanes;
    private final InFlight inFlight = new InFlight(Clock.SYSTEM);
    private final Thread watch = Threads.virtual("fuse-patience-").newThread(this::watch);
    private final Notifier notifier;
    private final Duration drainLimit;
    private final LaneThreads threads = new LaneThreads();
    private final AtomicBoolean finishes = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    private volatile @Nullable Subscription subscription;
    private volatile boolean givenUp;

    private FuseConnection(
            Transport transport,
            @Nullable Rings rings,
            Protocol protocol,
            VolumeFs volume,
            MountRequest request,
            FuseSettings settings) {
        this.request = request;
        this.transport = transport;
        this.rings = rings;
        this.drainLimit = settings.drainLimit();
        var timeouts = new Timeouts(request, Clock.SYSTEM);
        Checks checks = request.has(MountOption.CORE_CHECKS_PERMISSIONS) ? Checks.CORE : Checks.KERNEL;
        this.state = new MountState(
                volume,
                protocol,
                new NodeEncoder(timeouts),
                new Callers(checks, protocol.has(InitFlag.DONT_MASK), new ProcessGroups(settings.proc(), Clock.SYSTEM)),
                new HandleTable<>(settings.openMax()),
                new HandleTable<>(settings.openMax()));
        ThreadFactory virtual = Threads.virtual("fuse-request-");
        this.handlers = new Handlers(new Operations(state, XattrOperations.withheld(request)), virtual);
        this.refused = hasXattrs(request) ? EnumSet.noneOf(Opcode.class) : XATTRS;
        this.lanes = new DeviceLanes(transport, handlers, inFlight, virtual, settings.receivers());
        this.notifier = new Notifier(transport, protocol, timeouts, Threads.platform("fuse-notifier-"));
    }

    /// ACLs are extended attributes: a volume with them shows all, as with the official client.
    private static boolean hasXattrs(MountRequest request) {
        return request.has(MountOption.EXTENDED_ATTRIBUTES) || request.has(MountOption.POSIX_ACLS);
    }

    /// Answers the kernel's INIT, the first request of all, and is ready to start. `rings` are used if the kernel
    /// offers that, and given back if not. Fails when the kernel speaks another or too old a protocol; the
    /// transport stays open then.
    static FuseConnection negotiate(
            Transport transport, @Nullable Rings rings, VolumeFs volume, MountRequest request, FuseSettings settings)
            throws MountException, InterruptedException {
        while (true) {
            Request init = transport.receive(0);
            if (init == null) {
                throw new MountException("the kernel ended the connection before it was set up");
            }
            Opcode opcode = Opcode.of(init.opcode());
            if (opcode != Opcode.INIT || init.bodyLength() < Opcode.INIT.bodyLengthMin()) {
                init.fail(LinuxErrno.EIO);
                transport.reply(init);
                continue;
            }
            Offer offer = Offer.of(init);
            if (offer.major() > Protocol.MAJOR) {
                // The kernel asks again in our version.
                init.shortReply().asSlice(0, Protocol.REPLY_LENGTH).fill((byte) 0);
                init.shortReply().set(Request.INT, 0, Protocol.MAJOR);
                init.succeed(Protocol.REPLY_LENGTH);
                transport.reply(init);
                continue;
            }
            if (offer.major() < Protocol.MAJOR || offer.minor() < Protocol.MINOR_OLDEST) {
                init.fail(LinuxErrno.EPROTO);
                transport.reply(init);
                throw new MountException("the kernel speaks FUSE " + offer.major() + "." + offer.minor()
                        + "; Linux 5.4 or later is needed, which speaks 7." + Protocol.MINOR_OLDEST);
            }
            Protocol protocol = Protocol.agree(offer, options(request, rings), transport.dataMax());
            protocol.write(init.shortReply());
            init.succeed(Protocol.REPLY_LENGTH);
            transport.reply(init);
            log.debug("the kernel offers {}, agreed on {}", offer, protocol);
            return new FuseConnection(transport, agreed(rings, protocol, request), protocol, volume, request, settings);
        }
    }

    private static Set<MountOption> options(MountRequest request, @Nullable Rings rings) {
        Set<MountOption> options = EnumSet.noneOf(MountOption.class);
        options.addAll(request.options());
        if (rings == null) {
            options.remove(MountOption.IO_URING);
        }
        return options;
    }

    private static @Nullable Rings agreed(@Nullable Rings rings, Protocol protocol, MountRequest request) {
        if (rings == null || protocol.has(InitFlag.OVER_IO_URING)) {
            return rings;
        }
        Rings.reportMissing(request, "the kernel does not offer it");
        rings.close();
        return null;
    }

    /// Starts the threads.
    void start() throws InterruptedException {
        subscription = state.volume().subscribe(notifier);
        notifier.start();
        watch.start();
        Dispatcher dispatcher = dispatcher(lanes);
        ThreadFactory platform = Threads.platform("fuse-lane-");
        for (int lane = 0; lane < transport.lanes(); lane++) {
            int number = lane;
            threads.start(platform, () -> dispatcher.serve(number), this::laneEnded);
        }
        if (rings != null) {
            start(rings);
        }
    }

    private Dispatcher dispatcher(Lanes source) {
        return new Dispatcher(source, handlers, inFlight, state.volume().answersAtOnce(), refused, Clock.SYSTEM);
    }

    /// The kernel waits for all queues, or for the first that it refuses: one of the two it must get.
    private void start(Rings all) throws InterruptedException {
        for (RingQueue queue : all.begin()) {
            Dispatcher dispatcher = dispatcher(queue);
            ThreadFactory platform = Threads.platform("fuse-ring-" + queue.processor() + "-");
            try {
                queue.start(lane ->
                        threads.start(platform, () -> dispatcher.serve(lane), () -> all.laneEnded(request, queue)));
            } catch (OutOfMemoryError e) {
                queue.callOff();
                Rings.reportMissing(request, "no thread can be started (" + e.getMessage() + ")");
                return;
            }
        }
    }

    private void watch() {
        try {
            inFlight.watch();
        } catch (InterruptedException _) {
            log.debug("no more requests to give up");
        }
    }

    /// The first lane to learn of the end does the rest: the others may be kept by operations that do not end.
    private void laneEnded() {
        if (finishes.compareAndSet(false, true)) {
            try {
                finish();
            } finally {
                ended.countDown();
            }
        }
    }

    private void finish() {
        boolean idle = awaitRequests();
        watch.interrupt();
        Subscription events = subscription;
        if (events != null) {
            events.close();
        }
        notifier.close();
        releaseHandles();
        if (idle) {
            if (rings != null) {
                rings.close();
            }
            transport.close();
        } else {
            log.error(
                    "{} requests did not end within {}; their memory is not given back", inFlight.count(), drainLimit);
        }
    }

    private boolean awaitRequests() {
        try {
            long limit = Clock.SYSTEM.nanoTime() + drainLimit.toNanos();
            while (!givenUp && Clock.SYSTEM.nanoTime() < limit) {
                if (areRequestsDone(END_STEP)) {
                    return true;
                }
            }
            inFlight.interruptAll();
            return areRequestsDone(LAST_WAIT);
        } catch (InterruptedException _) {
            return false;
        }
    }

    /// No lane may be about to begin one any more, so the lanes come first.
    private boolean areRequestsDone(Duration limit) throws InterruptedException {
        return threads.awaitEnd(limit) && inFlight.awaitNone(limit);
    }

    private void releaseHandles() {
        for (FileHandle handle : state.files().removeAll()) {
            attempt("releasing inode " + handle.inode(), () -> state.volume().release(handle, 0));
        }
        for (OpenDirectory directory : state.directories().removeAll()) {
            attempt(
                    "closing directory " + directory.handle().inode(),
                    () -> state.volume().releasedir(directory.handle()));
        }
    }

    private static void attempt(String what, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            log.error("{} failed", what, e);
        }
    }

    /// Gives up waiting: requests under way are interrupted, now and when the connection ends.
    void giveUp() {
        givenUp = true;
        inFlight.interruptAll();
    }

    /// Waits for the end; false when `limit` passes before.
    boolean awaitEnd(Duration limit) throws InterruptedException {
        return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }
}
