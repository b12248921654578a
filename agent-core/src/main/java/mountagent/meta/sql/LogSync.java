package mountagent.meta.sql;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes what has been committed to the log (`-wal`) survive a power cut where SQLite itself has nothing to write.
/// Calls
/// that wait for each other share one sync. Thread-safe.
///
/// Only the log is opened, never the database or `-shm`: closing those would drop SQLite's locks on them.
final class LogSync {
    private static final Logger LOG = LoggerFactory.getLogger(LogSync.class);

    private final Path log;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicLong asked = new AtomicLong();

    // Guarded by lock.
    private long answered;
    private boolean folderSynced;

    /// Syncs `log`, which need not be there yet.
    LogSync(Path log) {
        this.log = log;
    }

    /// Returns once all that was committed before the call is safe; EIO when the disk refuses.
    void sync() throws FsException {
        long ticket = asked.incrementAndGet();
        lock.lock();
        try {
            if (answered < ticket) {
                long covered = asked.get();
                force();
                answered = covered;
            }
        } finally {
            lock.unlock();
        }
    }

    private void force() throws FsException {
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
            channel.force(true);
            if (!folderSynced) {
                forceFolder();
                folderSynced = true;
            }
        } catch (NoSuchFileException e) {
            LOG.debug("nothing has been written to a log yet", e);
        } catch (IOException e) {
            throw new FsException(Errno.EIO, "cannot sync " + log + ": " + e.getMessage(), e);
        }
    }

    /// The log's name must survive too. Only POSIX systems can sync a folder, the others need not.
    private void forceFolder() throws IOException {
        Path folder = log.getParent();
        if (folder != null && log.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
