package mountagent.service;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Threads;
import mountagent.frontend.Mount;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happens when the process is told to end (SIGTERM, SIGINT, SIGHUP): its mount is unmounted, and the
/// process goes on until everything is stored and this is closed. Thread-safe.
final class StopSignal implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StopSignal.class);

    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private final Lock lock = new ReentrantLock();
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = Threads.platform("shutdown-").newThread(this::stop);
    private @Nullable Mount mount;
    private boolean told;

    private StopSignal() {}

    /// Watches for signals until it is closed.
    static StopSignal install() {
        var signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /// Says what is to be unmounted; at once if the signal has come already.
    void unmounts(Mount served) {
        lock.lock();
        try {
            mount = served;
        } finally {
            lock.unlock();
        }
        if (wasTold()) {
            served.close();
        }
    }

    /// Whether the process was told to end.
    boolean wasTold() {
        lock.lock();
        try {
            return told;
        } finally {
            lock.unlock();
        }
    }

    private void stop() {
        Mount served;
        lock.lock();
        try {
            told = true;
            served = mount;
        } finally {
            lock.unlock();
        }
        if (served != null) {
            log.info("told to end: unmounting {}", served.mountPoint());
            served.close();
        }
        try {
            if (!finished.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                log.error("not everything was stored within {} minutes", PATIENCE.toMinutes());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            log.debug("the process is ending, as it was told");
        }
    }
}
