package mountagent.fuse;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.fuse.sys.Affinity;
import mountagent.fuse.sys.LibC;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps lanes on the processor whose requests they serve, and no other thread of the process.
///
/// The kernel would rather wake a lane on another processor that is idle, which takes several times as long as most
/// requests, and again to wake the program there and back (docs/adr/0029).
///
/// A new thread may run where the one that starts it may. So the JVM's count of started threads tells when a lane may
/// have started some (workers, carriers of virtual threads), and these are let go ([#freeOthers()]).
///
/// Thread-safe.
final class Bindings {
    private static final Logger log = LoggerFactory.getLogger(Bindings.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final ReentrantLock lock = new ReentrantLock();

    /// The lanes of all mounts that are bound, by the system's numbers. Guarded by the lock, as is their affinity.
    private static final Set<Integer> bound = new HashSet<>();

    private final Path proc;

    /// Where this process may run.
    private final Affinity everywhere;

    private volatile long started = THREADS.getTotalStartedThreadCount();

    private Bindings(Path proc, Affinity everywhere) {
        this.proc = proc;
        this.everywhere = everywhere;
    }

    /// Those of a process whose calling thread is not bound. `proc` is where that file system is. Null where nothing
    /// is to be gained: on one processor, or when the system does not tell.
    static @Nullable Bindings open(Path proc) {
        Affinity everywhere = Affinity.of(Affinity.THIS_THREAD);
        return everywhere == null || everywhere.count() == 1 || !Files.isDirectory(tasks(proc))
                ? null
                : new Bindings(proc, everywhere);
    }

    private static Path tasks(Path proc) {
        return proc.resolve("self/task");
    }

    /// Binds the calling thread to `processor`; false, and nothing done, if it may not run there.
    boolean bind(int processor) {
        if (!everywhere.has(processor)) {
            return false;
        }
        lock.lock();
        try {
            int thread = thisThread();
            int rc = Affinity.only(processor).giveTo(Affinity.THIS_THREAD);
            if (rc == 0) {
                bound.add(thread);
                return true;
            }
            log.debug("a lane is not bound to processor {}: {}", processor, LibC.describe(-rc));
        } catch (IOException e) {
            log.debug("a lane is not bound to processor {}: {}", processor, e.toString());
        } finally {
            lock.unlock();
        }
        return false;
    }

    private int thisThread() throws IOException {
        Path name = Files.readSymbolicLink(proc.resolve("thread-self")).getFileName();
        if (name == null) {
            throw new IOException("/proc/thread-self names no thread");
        }
        return number(name);
    }

    private static int number(Path name) throws IOException {
        try {
            return Integer.parseInt(name.toString());
        } catch (NumberFormatException e) {
            throw new IOException("'" + name + "' is no number of a thread", e);
        }
    }

    /// Lets the calling thread go, wherever it was bound.
    void free() {
        lock.lock();
        try {
            everywhere.giveTo(Affinity.THIS_THREAD);
            bound.remove(thisThread());
        } catch (IOException e) {
            log.debug("a lane that was let go stays known: {}", e.toString());
        } finally {
            lock.unlock();
        }
    }

    /// Lets threads go that bound ones have started. Cheap when there are none.
    void freeOthers() {
        if (started != THREADS.getTotalStartedThreadCount()) {
            freeStarted();
        }
    }

    private void freeStarted() {
        lock.lock();
        try {
            started = THREADS.getTotalStartedThreadCount();
            freeThose();
        } finally {
            lock.unlock();
        }
    }

    private void freeThose() {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(tasks(proc))) {
            for (Path task : all) {
                freeOther(number(task.getFileName()));
            }
        } catch (IOException e) {
            log.warn("threads may stay bound to a processor: {}", e.toString());
        }
    }

    private void freeOther(int thread) {
        Affinity now = bound.contains(thread) ? null : Affinity.of(thread);
        if (now != null && now.count() == 1) {
            everywhere.giveTo(thread);
        }
    }
}
