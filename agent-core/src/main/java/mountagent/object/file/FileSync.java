package mountagent.object.file;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import mountagent.base.Threads;
import mountagent.object.file.sys.FileSystemSync;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes files survive a power cut: their bytes, their names, and the names of the directories above them.
///
/// A new file is safe when it and its directory are synced; a directory, when its parent is. One that was synced into
/// its parent needs that no second time, so those are remembered. Past a number of files one call that syncs the whole
/// file system is cheaper than one for each.
///
/// Where the file system keeps one log in order (ext4, XFS), syncing a file after it got its name takes the name along,
/// and the directories above it that came before: the rename changes the file's own time and is logged with it. Syncing
/// the directory too would only flush the disk once more.
final class FileSync {
    /// One call for all waits for what others have written to the same disk, too: only very many files are
    /// worth it.
    static final int SINGLE_FILES_MAX = 512;

    private static final Set<String> ORDERED_LOGS = Set.of("ext4", "xfs");
    private static final Logger LOG = LoggerFactory.getLogger(FileSync.class);
    private static final int REMEMBERED_MAX = 10_000;
    private static final ThreadFactory SYNC_THREADS = Threads.platform("object-sync-");

    private final Path bucket;
    private volatile @Nullable Boolean namesComeWithFiles;
    /// Directories whose own name is known to be durable.
    private final Set<Path> named = ConcurrentHashMap.newKeySet();

    FileSync(Path bucket) {
        this.bucket = bucket;
    }

    private boolean namesComeWithFiles() {
        Boolean known = namesComeWithFiles;
        if (known == null) {
            known = hasOrderedLog(bucket);
            namesComeWithFiles = known;
        }
        return known;
    }

    private static boolean hasOrderedLog(Path bucket) {
        try {
            return ORDERED_LOGS.contains(Files.getFileStore(bucket).type());
        } catch (IOException e) {
            LOG.warn(
                    "the file system of {} cannot be told, so that its folders are synced too: {}",
                    bucket,
                    e.toString());
            return false;
        }
    }

    void sync(Collection<Path> files) throws IOException {
        if (files.size() > SINGLE_FILES_MAX && trySyncAll()) {
            return;
        }
        Set<Path> directories = new LinkedHashSet<>();
        for (Path file : files) {
            force(file);
            directories.add(parent(file));
        }
        if (namesComeWithFiles()) {
            return;
        }
        for (Path directory : directories) {
            forceDirectory(directory);
            nameDurably(directory);
        }
    }

    /// Syncs everything on the bucket's disk; false when the system has no call for that. On a thread of
    /// its own, since the native call would hold the carrier of a virtual thread.
    boolean trySyncAll() throws IOException {
        if (!FileSystemSync.isSupported()) {
            return false;
        }
        var task = new FutureTask<@Nullable Void>(() -> {
            FileSystemSync.sync(bucket);
            return null;
        });
        SYNC_THREADS.newThread(task).start();
        try {
            task.get();
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    private void nameDurably(Path directory) throws IOException {
        Path at = directory;
        while (!at.equals(bucket) && !named.contains(at)) {
            at = parent(at);
            forceDirectory(at);
        }
        if (named.size() > REMEMBERED_MAX) {
            named.clear();
        }
        for (Path safe = directory; !safe.equals(bucket) && named.add(safe); ) {
            safe = parent(safe);
        }
    }

    private static Path parent(Path below) {
        return Objects.requireNonNull(below.getParent(), "what is in the bucket has a parent");
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void forceDirectory(Path directory) throws IOException {
        if (FileSystemSync.canOpenDirectories()) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
