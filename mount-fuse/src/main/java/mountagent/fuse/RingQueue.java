package mountagent.fuse;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import mountagent.fuse.sys.Affinity;
import mountagent.fuse.sys.LibC;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The lanes over the requests of one processor.
///
/// Each lane has one entry for good, so a request needs no hand-over: whoever receives it serves it, however long
/// that takes, and only its own entry waits with it. The kernel gives a request to the entry that came free last,
/// so that one program is served by one lane, whose caches are warm, whatever the number of lanes.
///
/// A lane that leaves few to receive starts another before it serves what may wait or copies much. There are at most
/// `depth`; then requests wait in the kernel until one of those at work ends, which each does by itself. Waits for
/// locks, and for pages of a file that was locked, which only other requests end, do not count: each brings one
/// more lane with it ([LockOperations] bounds them).
///
/// Lanes stay on the processor of the programs they serve ([Bindings]), but for streams: what the kernel reads ahead is
/// all of one processor, and several may copy it.
final class RingQueue implements Lanes, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RingQueue.class);

    /// A request with so much data keeps its lane long enough for another to be worth its while.
    private static final int LARGE_BYTES = 64 * Sizes.KIB;

    /// So many large requests in a row are a stream.
    private static final int STREAM_AT = 4;

    /// The connection: the kernel's end, where it is mounted, and the longest data in a request and its headers.
    record Connection(int descriptor, String mountPoint, int dataCapacity) {}

    /// Starts the thread of a lane.
    interface Starter {
        void start(int lane);
    }

    /// How many lanes there are at first on a processor that runs.
    static final int AT_FIRST = 3;

    /// How many others a lane leaves to receive when it serves what may wait.
    private static final int RESERVE = 2;

    /// Where a lane runs.
    private enum Binding {
        UNKNOWN,
        BOUND,
        FREE,
        /// The system does not let it run where it would have to.
        REFUSED
    }

    /// A lane, with what its thread alone knows.
    private static final class Place {
        private final RingLane lane;
        private boolean isNew;
        private boolean serves;
        private boolean waitsForLock;
        private Binding binding = Binding.UNKNOWN;

        Place(RingLane lane) {
            this.lane = lane;
        }

        /// One that is new among those at work.
        static Place joining(RingLane lane) {
            var place = new Place(lane);
            place.isNew = true;
            return place;
        }
    }

    private final Connection connection;
    private final int processor;
    private final int depth;
    private final @Nullable Bindings bindings;
    private final ThreadFactory callers = Threads.platform("fuse-ring-call-");
    private final List<Place> places = new CopyOnWriteArrayList<>();
    private final ReentrantLock starting = new ReentrantLock();

    /// How many lanes wait for requests, or are about to.
    private final AtomicInteger receiving = new AtomicInteger();

    /// How many lanes serve waits for locks.
    private final AtomicInteger lockWaits = new AtomicInteger();

    /// How many large requests came in a row, up to [#STREAM_AT]; a hint.
    private volatile int large;

    private volatile @Nullable Starter starter;

    /// One for `processor` of `connection`, with `lanes` lanes, not started yet, and at most `depth`. IOException when
    /// the system refuses them.
    RingQueue(Connection connection, int processor, int lanes, int depth, @Nullable Bindings bindings)
            throws IOException {
        this.connection = connection;
        this.processor = processor;
        this.depth = depth;
        this.bindings = bindings;
        try {
            for (int lane = 0; lane < Math.min(lanes, depth); lane++) {
                places.add(new Place(newLane()));
            }
        } catch (IOException | OutOfMemoryError e) {
            close();
            throw e;
        }
    }

    private RingLane newLane() throws IOException {
        return new RingLane(connection.descriptor(), processor, connection.dataCapacity());
    }

    /// Starts the lanes by `threads`, which is used for further ones when they are needed.
    void start(Starter threads) {
        int count = places.size();
        for (int lane = 0; lane < count; lane++) {
            start(threads, lane);
        }
        starter = threads;
    }

    private void start(Starter threads, int lane) {
        receiving.incrementAndGet();
        try {
            threads.start(lane);
        } catch (OutOfMemoryError e) {
            receiving.decrementAndGet();
            throw e;
        }
    }

    /// Has the kernel leave io_uring alone: for when no thread can be started.
    void callOff() throws InterruptedException {
        places.getLast().lane.callOff();
    }

    /// Why the kernel did not want a lane: an error number, or 0 if it wanted all.
    int refusal() {
        return places.stream().mapToInt(place -> place.lane.refusal()).max().orElse(0);
    }

    int processor() {
        return processor;
    }

    @Override
    public @Nullable Request receive(int lane) throws InterruptedException {
        Place mine = places.get(lane);
        if (mine.isNew) {
            mine.isNew = false;
            mine.lane.join();
            callers.newThread(this::call).start();
        }
        if (mine.serves) {
            receiving.incrementAndGet();
            mine.serves = false;
        }
        if (mine.waitsForLock) {
            lockWaits.decrementAndGet();
            mine.waitsForLock = false;
        }
        settle(mine);
        Request request = mine.lane.receive();
        receiving.decrementAndGet();
        mine.serves = true;
        if (request == null) {
            free(mine);
        } else if (copiesMuch(request)) {
            large = Math.min(large + 1, STREAM_AT);
            seeToReceiver();
        } else {
            large = 0;
        }
        return request;
    }

    /// Has a lane wait where it serves best.
    private void settle(Place mine) {
        if (bindings == null || mine.binding == Binding.REFUSED) {
            return;
        }
        if (mine.binding == Binding.BOUND) {
            bindings.freeOthers();
        }
        boolean isStream = large >= STREAM_AT;
        if (isStream && mine.binding != Binding.FREE) {
            free(mine);
        } else if (!isStream && mine.binding != Binding.BOUND) {
            mine.binding = bindings.bind(processor) ? Binding.BOUND : Binding.REFUSED;
        }
    }

    private void free(Place mine) {
        if (bindings != null) {
            bindings.free();
            mine.binding = Binding.FREE;
        }
    }

    /// Sends a request to the queue, as any program on its processor would: the kernel gives a new entry none of
    /// those that wait already, for which it looks only when a reply comes in. The reply to this one is such a one.
    private void call() {
        if (bindings != null && bindings.bind(processor)) {
            reportCall(LibC.askForSpace(connection.mountPoint()));
            bindings.free();
            return;
        }
        int rc = Affinity.only(processor).giveTo(Affinity.THIS_THREAD);
        reportCall(rc == 0 ? LibC.askForSpace(connection.mountPoint()) : rc);
    }

    private void reportCall(int rc) {
        if (rc != 0) {
            log.debug("requests of processor {} may wait for the next reply: {}", processor, LibC.describe(-rc));
        }
    }

    private static boolean copiesMuch(Request request) {
        return request.length() >= LARGE_BYTES
                || request.opcode() == Opcode.READ.number()
                        && request.bodyLength() >= Opcode.READ.bodyLengthMin()
                        && request.int32(16) >= LARGE_BYTES;
    }

    /// It goes with the next [#receive], which a lane does right away.
    @Override
    public boolean reply(int lane, Request request) {
        places.get(lane).lane.reply();
        return true;
    }

    @Override
    public boolean isTaken(int lane, Opcode opcode, Request request) {
        if (opcode == Opcode.SETLKW || opcode == Opcode.SETLK) {
            places.get(lane).waitsForLock = true;
            lockWaits.incrementAndGet();
        }
        seeToReceiver();
        return false;
    }

    /// Starts another lane if few are left to receive.
    private void seeToReceiver() {
        Starter threads = starter;
        if (receiving.get() >= RESERVE || threads == null) {
            return;
        }
        starting.lock();
        try {
            if (receiving.get() < RESERVE && places.size() < depth + lockWaits.get()) {
                places.add(Place.joining(newLane()));
                start(threads, places.size() - 1);
            }
        } catch (IOException | OutOfMemoryError e) {
            log.warn(
                    "no more than {} requests of processor {} are served at a time: {}",
                    places.size(),
                    processor,
                    e.getMessage());
        } finally {
            starting.unlock();
        }
    }

    /// Gives everything back. Only when no thread uses it any more.
    @Override
    public void close() {
        places.forEach(place -> place.lane.close());
    }
}
