package mountagent.chunk;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import mountagent.base.FsException;
import mountagent.meta.SliceLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A few slice ids in reserve, so that a write need not wait for one. Those left at the end are lost, which
/// is no harm. Thread-safe.
final class SliceIds {
    private static final Logger LOG = LoggerFactory.getLogger(SliceIds.class);
    private static final int RESERVE = 64;

    private final SliceLog log;
    private final Executor background;
    private final ConcurrentLinkedQueue<Long> reserve = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicBoolean isFilling = new AtomicBoolean();

    SliceIds(SliceLog log, Executor background) {
        this.log = log;
        this.background = background;
    }

    /// An id, or 0 when none is in reserve. Never waits.
    long tryTake() {
        Long id = reserve.poll();
        int left = id == null ? 0 : count.decrementAndGet();
        if (left < RESERVE / 4 && isFilling.compareAndSet(false, true)) {
            background.execute(this::fill);
        }
        return id == null ? 0 : id;
    }

    /// Puts one more into the reserve, asking the metadata for it.
    void draw() throws FsException {
        add(log.newSliceId());
    }

    private void fill() {
        try {
            while (count.get() < RESERVE) {
                add(log.newSliceId());
            }
        } catch (FsException e) {
            // A writer that finds none asks by itself and is told.
            LOG.debug("no slice ids in reserve: {}", e.getMessage());
        } finally {
            isFilling.set(false);
        }
    }

    private void add(long id) {
        reserve.add(id);
        count.incrementAndGet();
    }
}
