package mountagent.sftp.ssh;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs requests on threads of their own, for each user no more at once than is its due: one user's flood
/// waits for itself. How many wait is bounded by the channels. Thread-safe.
final class UserThreads {
    private static final Logger log = LoggerFactory.getLogger(UserThreads.class);

    private final Executor threads;
    private final int atOnce;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    private final Map<String, Turns> users = new HashMap<>();

    /// What one user has running and waiting.
    private static final class Turns {
        private int running;
        private final Queue<Runnable> waiting = new ArrayDeque<>();
    }

    UserThreads(Executor threads, int atOnce) {
        this.threads = threads;
        this.atOnce = atOnce;
    }

    /// Runs requests of `user`.
    Executor of(String user) {
        return request -> run(user, request);
    }

    private void run(String user, Runnable request) {
        lock.lock();
        try {
            Turns turns = users.computeIfAbsent(user, _ -> new Turns());
            if (turns.running >= atOnce) {
                turns.waiting.add(request);
                return;
            }
            turns.running++;
        } finally {
            lock.unlock();
        }
        threads.execute(() -> runAll(user, request));
    }

    /// Runs a request, and then those that wait, one after the other.
    private void runAll(String user, Runnable first) {
        Runnable request = first;
        while (request != null) {
            try {
                request.run();
            } catch (RuntimeException bug) {
                log.error("a request of {} ended without a reply", user, bug);
            }
            request = next(user);
        }
    }

    private @org.jspecify.annotations.Nullable Runnable next(String user) {
        lock.lock();
        try {
            Turns turns = users.get(user);
            if (turns == null) {
                return null;
            }
            Runnable waiting = turns.waiting.poll();
            if (waiting == null && --turns.running == 0) {
                users.remove(user);
            }
            return waiting;
        } finally {
            lock.unlock();
        }
    }
}
