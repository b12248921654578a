package mountagent.service;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import mountagent.base.FsException;
import mountagent.base.Threads;
import mountagent.chunk.SliceRemover;
import mountagent.meta.MetaStore.Removed;
import mountagent.session.SessionEvents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes the data of files that clients which are gone had kept alive, beside the heartbeat. What does not
/// fit its queue, or fails, is left to the hourly job.
final class StaleFiles implements SessionEvents, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StaleFiles.class);

    private static final int QUEUE_MAX = 100;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final SliceRemover remover;
    private final Runnable onVolumeGone;
    private final ThreadPoolExecutor deletions = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE_MAX),
            Threads.platform("stale-files-"),
            new ThreadPoolExecutor.DiscardPolicy());

    StaleFiles(SliceRemover remover, Runnable onVolumeGone) {
        this.remover = remover;
        this.onVolumeGone = onVolumeGone;
    }

    @Override
    public void volumeGone() {
        onVolumeGone.run();
    }

    @Override
    public void filesGone(List<Removed> files) {
        deletions.execute(() -> files.forEach(this::delete));
    }

    private void delete(Removed file) {
        try {
            if (!deletions.isShutdown()) {
                remover.removeFile(file.inode(), file.length());
            }
        } catch (FsException e) {
            log.warn("data of deleted inode {} stays for now: {}", file.inode(), e.getMessage());
        }
    }

    @Override
    public void close() {
        deletions.shutdownNow();
        try {
            if (!deletions.awaitTermination(CLOSE_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                log.warn("a deletion did not end within {} s", CLOSE_LIMIT.toSeconds());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
