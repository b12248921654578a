package mountagent.object.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import mountagent.base.Threads;
import mountagent.object.file.sys.FileSystemSync;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets the system write large files to the disk while a stream goes on, instead of all at once when the stream is
/// synced. The system would do so itself, but tens of seconds later; and whatever lives for some seconds is synced in
/// the background anyway.
///
/// A hint: when the disk does not follow, files are left out, and nobody waits for it. Thread-safe.
final class EarlyWriting implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EarlyWriting.class);

    private static final int QUEUE_MAX = 64;
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE_MAX),
            Threads.platform("object-write-"),
            new ThreadPoolExecutor.DiscardPolicy());

    EarlyWriting() {
        thread.allowCoreThreadTimeOut(true);
    }

    /// Begins to write `file`, soon.
    void begin(Path file) {
        if (FileSystemSync.isSupported()) {
            thread.execute(() -> beginNow(file));
        }
    }

    private static void beginNow(Path file) {
        try {
            FileSystemSync.begin(file);
        } catch (IOException e) {
            log.debug("{}", e.getMessage());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
