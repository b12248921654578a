package mountagent.fuse;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import mountagent.base.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The threads of a connection's lanes, however many there come to be. Thread-safe.
final class LaneThreads {
    private static final Logger log = LoggerFactory.getLogger(LaneThreads.class);

    private final Set<Thread> running = ConcurrentHashMap.newKeySet();

    /// Serves requests until the connection ends, or throws when a fault has cost one.
    interface Service {
        void serve() throws InterruptedException;
    }

    /// Starts a thread that does `service`, and then `end`.
    void start(ThreadFactory threads, Service service, Runnable end) {
        Thread thread = threads.newThread(() -> {
            try {
                run(service);
            } finally {
                running.remove(Thread.currentThread());
                end.run();
            }
        });
        running.add(thread);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            running.remove(thread);
            throw e;
        }
    }

    private static void run(Service service) {
        boolean more = true;
        while (more) {
            try {
                service.serve();
                more = false;
            } catch (InterruptedException _) {
                more = false;
            } catch (Throwable e) {
                log.error("a request was lost", e);
            }
        }
    }

    /// Waits until all have ended; false when `limit` passes before.
    boolean awaitEnd(Duration limit) throws InterruptedException {
        long end = Clock.SYSTEM.nanoTime() + limit.toNanos();
        for (Thread thread : running) {
            long left = end - Clock.SYSTEM.nanoTime();
            if (left <= 0 || !thread.join(Duration.ofNanos(left))) {
                return false;
            }
        }
        return true;
    }
}
