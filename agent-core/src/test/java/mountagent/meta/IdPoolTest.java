package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Threads;
import org.junit.jupiter.api.Test;

/// Drawing ids ahead.
class IdPoolTest {
    /// Draws ids as an engine does, counts how often, and fails when told to.
    private static final class Source implements IdPool.Source {
        private final AtomicInteger calls = new AtomicInteger();
        private final CountDownLatch second = new CountDownLatch(2);
        private volatile int failures;

        @Override
        public IdRange draw(int count) throws FsException {
            int call = calls.getAndIncrement();
            second.countDown();
            if (call < failures) {
                throw new FsException(Errno.EIO, "the engine is away");
            }
            return new IdRange(1 + (long) call * count, count);
        }
    }

    @Test
    void idsOfABatchCostOneCall() throws FsException {
        Source source = new Source();
        IdPool pool = new IdPool(source, 100);
        for (int id = 1; id <= 80; id++) {
            assertEquals(id, pool.next());
        }
        assertEquals(1, source.calls.get());
    }

    @Test
    void nextBatchIsDrawnBeforeTheLastRunsOut() throws Exception {
        Source source = new Source();
        IdPool pool = new IdPool(source, 100);
        for (int id = 1; id <= 95; id++) {
            pool.next();
        }
        assertTrue(source.second.await(10, TimeUnit.SECONDS));
        for (int id = 96; id <= 150; id++) {
            assertEquals(id, pool.next());
        }
        assertEquals(2, source.calls.get());
    }

    @Test
    void failureIsToldAndTheNextCallTriesAgain() throws FsException {
        Source source = new Source();
        source.failures = 2;
        IdPool pool = new IdPool(source, 100);
        assertThrows(FsException.class, pool::next);
        assertThrows(FsException.class, pool::next);
        assertEquals(201, pool.next());
    }

    @Test
    void manyThreadsGetDifferentIds() throws Exception {
        IdPool pool = new IdPool(new Source(), 16);
        Callable<Set<Long>> draw = () -> {
            Set<Long> ids = new HashSet<>();
            for (int i = 0; i < 2000; i++) {
                assertTrue(ids.add(pool.next()));
            }
            return ids;
        };
        Set<Long> all = new HashSet<>();
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Threads.virtual("draw-"))) {
            for (Future<Set<Long>> drawn : threads.invokeAll(List.of(draw, draw, draw, draw))) {
                for (long id : drawn.get()) {
                    assertTrue(all.add(id), () -> "id " + id + " was handed out twice");
                }
            }
        }
        assertEquals(8000, all.size());
        assertFalse(all.contains(0L));
    }
}
