package mountagent.meta;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import mountagent.base.FsException;
import mountagent.base.Tally;
import mountagent.base.Threads;
import org.jspecify.annotations.Nullable;

/// Walks the parts of a tree, some of them at the same time: at most as many threads as it was made with,
/// each part
/// in a thread of its own if one is free, else in the one that asks. So a walk never waits for a thread, and
/// holds no
/// more than one page for each thread and level.
///
/// Trees may be deeper than a thread's stack: every [#LEVELS_A_STACK] levels the walk goes on in a new
/// thread, whose
/// stack is its own. Thread-safe.
final class Forks {
    private static final int LEVELS_A_STACK = 100;

    /// What is done with one part; `level` is how deep in the walk it lies.
    @FunctionalInterface
    interface Part<T> {
        void run(T part, int level) throws FsException;
    }

    private final ThreadFactory threads = Threads.virtual("tree-");
    private final Semaphore spare;
    private final Tally tally;

    /// At most `threadsMax` threads, the calling one among them; ended by `tally`.
    Forks(int threadsMax, Tally tally) {
        this.spare = new Semaphore(Math.max(0, threadsMax - 1));
        this.tally = tally;
    }

    /// Does `work` with each part, all of which lie below `level`, and returns when it is done with all. The
    /// first
    /// failure is thrown when those that had begun have ended; no others begin after it.
    <T> void each(int level, Collection<T> parts, Part<T> work) throws FsException {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> running = new ArrayList<>();
        try {
            for (T part : parts) {
                if (failure.get() != null) {
                    break;
                }
                tally.check();
                begin(level + 1, part, work, failure, running);
            }
        } finally {
            running.forEach(Forks::await);
        }
        rethrow(failure.get());
    }

    private <T> void begin(
            int level, T part, Part<T> work, AtomicReference<@Nullable Throwable> failure, List<Thread> running)
            throws FsException {
        if (spare.tryAcquire()) {
            running.add(start(
                    () -> {
                        try {
                            work.run(part, level);
                        } finally {
                            spare.release();
                        }
                    },
                    failure));
        } else if (level % LEVELS_A_STACK == 0) {
            await(start(() -> work.run(part, level), failure));
        } else {
            work.run(part, level);
        }
    }

    @FunctionalInterface
    private interface Task {
        void run() throws FsException;
    }

    private Thread start(Task task, AtomicReference<@Nullable Throwable> failure) {
        Thread thread = threads.newThread(() -> {
            try {
                task.run();
            } catch (FsException | RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
        });
        thread.start();
        return thread;
    }

    /// Each step of a part ends within the engine's limits, so this does; an interrupt is kept for the
    /// caller.
    private static void await(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void rethrow(@Nullable Throwable failure) throws FsException {
        switch (failure) {
            case null -> {}
            case FsException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }
}
