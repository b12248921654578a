package mountagent.fuse;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Sizes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The lanes over the requests of one processor.
///
/// Each lane has one entry for good, so a request needs no hand-over: whoever receives it serves it, however long
/// that takes, and only its own entry waits with it. The kernel gives a request to the entry that came free last,
/// so that one program is served by one lane, whose caches are warm, whatever the number of lanes. There is one at
/// first; a lane that leaves nobody to receive starts another before it serves what may wait or copies much.
///
/// There are at most `depth`; then requests wait in the kernel until one of those at work ends, which each does by
/// itself. Waits for locks, which only other requests end, do not count: each brings one more lane with it
/// ([LockOperations] bounds them).
final class RingQueue implements Lanes, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RingQueue.class);

    /// A request with so much data keeps its lane long enough for another to be worth its while.
    private static final int LARGE_BYTES = 64 * Sizes.KIB;

    /// Starts the thread of a lane.
    interface Starter {
        void start(int lane);
    }

    /// Numbers of requests that the kernel makes because we asked for it: beyond those it counts up itself.
    private static final long QUESTIONS = 1L << 61;

    /// A lane, with what its thread alone knows.
    private static final class Place {
        private final RingLane lane;
        private boolean hasJoined;
        private boolean serves;
        private boolean waitsForLock;

        Place(RingLane lane) {
            this.lane = lane;
        }
    }

    private final int descriptor;
    private final int processor;
    private final int depth;
    private final int dataCapacity;
    private final List<Place> places = new CopyOnWriteArrayList<>();
    private final ReentrantLock starting = new ReentrantLock();

    /// How many lanes wait for requests, or are about to.
    private final AtomicInteger receiving = new AtomicInteger();

    /// How many lanes serve waits for locks.
    private final AtomicInteger lockWaits = new AtomicInteger();

    private volatile @Nullable Starter starter;

    /// One for `processor`, with a first lane that is not started. IOException when the system refuses it.
    RingQueue(int descriptor, int processor, int depth, int dataCapacity) throws IOException {
        this.descriptor = descriptor;
        this.processor = processor;
        this.depth = depth;
        this.dataCapacity = dataCapacity;
        places.add(new Place(new RingLane(descriptor, processor, dataCapacity)));
    }

    /// Starts the first lane by `threads`, which is used for further ones when they are needed.
    void start(Starter threads) {
        starter = threads;
        start(threads, 0);
    }

    private void start(Starter threads, int lane) {
        receiving.incrementAndGet();
        threads.start(lane);
    }

    /// Has the kernel leave io_uring alone: for when no thread can be started.
    void callOff() throws InterruptedException {
        places.getFirst().lane.callOff();
    }

    /// Why the kernel did not want the first lane: an error number, or 0 if it did.
    int refusal() {
        return places.getFirst().lane.refusal();
    }

    int processor() {
        return processor;
    }

    int lanes() {
        return places.size();
    }

    @Override
    public @Nullable Request receive(int lane) throws InterruptedException {
        Place mine = places.get(lane);
        if (lane > 0 && !mine.hasJoined) {
            mine.hasJoined = true;
            mine.lane.join(QUESTIONS + lane * 2L);
        }
        if (mine.serves) {
            receiving.incrementAndGet();
            mine.serves = false;
        }
        if (mine.waitsForLock) {
            lockWaits.decrementAndGet();
            mine.waitsForLock = false;
        }
        Request request = mine.lane.receive();
        receiving.decrementAndGet();
        mine.serves = true;
        if (request != null && copiesMuch(request)) {
            seeToReceiver();
        }
        return request;
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
        if (opcode == Opcode.SETLKW) {
            places.get(lane).waitsForLock = true;
            lockWaits.incrementAndGet();
        }
        seeToReceiver();
        return false;
    }

    /// Starts another lane if none is left to receive.
    private void seeToReceiver() {
        Starter threads = starter;
        if (receiving.get() > 0 || threads == null || !starting.tryLock()) {
            return;
        }
        try {
            if (receiving.get() == 0 && places.size() < depth + lockWaits.get()) {
                places.add(new Place(new RingLane(descriptor, processor, dataCapacity)));
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
