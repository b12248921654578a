package mountagent.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import mountagent.base.Clock;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.fuse.sys.LibC;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The transport over io_uring: a [RingQueue] for each processor there may be (fuse.md §6).
///
/// It stands beside the classic one, over which INIT, FORGET, INTERRUPT and notifications go on, and everything
/// else until all queues are registered, or for good when the kernel refuses one. Whatever is missing for it is said
/// in one line; a mount goes on without.
final class Rings implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Rings.class);

    private static final String PARAMETER = "module/fuse/parameters/enable_uring";

    /// How often it is looked for threads that are bound by inheritance while no lane does.
    private static final Duration SWEEP = Duration.ofSeconds(1);

    private final List<RingQueue> queues;
    private final @Nullable Bindings bindings;
    private final AtomicBoolean isReported = new AtomicBoolean();
    private final Thread sweeper = Threads.virtual("fuse-bindings-").newThread(this::sweep);

    private Rings(List<RingQueue> queues, @Nullable Bindings bindings) {
        this.queues = List.copyOf(queues);
        this.bindings = bindings;
    }

    /// Makes rings and memory for the connection behind `descriptor`, to be started once INIT is answered. IOException
    /// that says what is missing and what helps.
    static Rings open(FuseSettings settings, int descriptor, Path mountPoint, int depth) throws IOException {
        checkParameter(settings.sys().resolve(PARAMETER));
        int processors = processors(settings.sys(), "possible").cardinality();
        BitSet running = processors(settings.sys(), "online");
        // As the classic requests: the kernel wants room for the longest reply and write.
        var connection =
                new RingQueue.Connection(descriptor, mountPoint.toString(), settings.dataMax() + 4 * Sizes.KIB);
        Bindings bindings = Bindings.open(settings.proc());
        List<RingQueue> queues = new ArrayList<>();
        try {
            for (int processor = 0; processor < processors; processor++) {
                int lanes = running.get(processor) ? RingQueue.AT_FIRST : 1;
                queues.add(new RingQueue(connection, processor, lanes, depth, bindings));
            }
        } catch (IOException | OutOfMemoryError e) {
            queues.forEach(RingQueue::close);
            throw new IOException(
                    e.getMessage() + "; see 'sysctl kernel.io_uring_disabled' and what the container may call", e);
        }
        return new Rings(queues, bindings);
    }

    private static void checkParameter(Path parameter) throws IOException {
        if (!Files.exists(parameter)) {
            throw new IOException("this kernel has no FUSE over io_uring: it needs Linux 6.14 or later, built with"
                    + " CONFIG_FUSE_IO_URING (" + parameter + " is missing)");
        }
        if (!Files.readString(parameter, StandardCharsets.US_ASCII).startsWith("Y")) {
            throw new IOException(
                    "it is switched off in the kernel: let root run 'echo Y > " + parameter + "' and mount again");
        }
    }

    private static BitSet processors(Path sys, String which) throws IOException {
        Path list = sys.resolve("devices/system/cpu").resolve(which);
        return processors(Files.readString(list, StandardCharsets.US_ASCII).strip());
    }

    /// The processors that a list like `0-3,8` names.
    static BitSet processors(String list) throws IOException {
        var processors = new BitSet();
        try {
            for (String range : list.split(",")) {
                String[] ends = range.split("-");
                processors.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException("the list of processors is '" + list + "'", e);
        }
        return processors;
    }

    /// Says that the mount of `request` does without, and why.
    static void reportMissing(MountRequest request, String reason) {
        if (request.has(MountOption.IO_URING_EXPECTED)) {
            log.warn("-o io_uring has no effect: {}; the mount goes on over /dev/fuse", reason);
        } else {
            log.info("requests come over /dev/fuse and not io_uring: {}", reason);
        }
    }

    /// The queues, to be started now.
    List<RingQueue> begin() {
        sweeper.start();
        return queues;
    }

    private void sweep() {
        try {
            while (bindings != null) {
                Clock.SYSTEM.sleep(SWEEP);
                bindings.freeOthers();
            }
        } catch (InterruptedException _) {
            log.debug("no more lanes to look after");
        }
    }

    /// To be called when a lane of `queue` has ended: says so if that was since the kernel refused it.
    void laneEnded(MountRequest request, RingQueue queue) {
        int refusal = queue.refusal();
        if (refusal != 0 && isReported.compareAndSet(false, true)) {
            reportMissing(
                    request,
                    "the kernel refused the ring of processor " + queue.processor() + ": " + LibC.describe(refusal));
        }
    }

    /// Gives everything back. Only when no thread uses it any more.
    @Override
    public void close() {
        sweeper.interrupt();
        queues.forEach(RingQueue::close);
    }
}
