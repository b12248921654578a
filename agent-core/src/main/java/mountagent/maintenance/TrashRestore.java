package mountagent.maintenance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.base.RenameFlag;
import mountagent.base.Threads;
import mountagent.meta.Cursor;
import mountagent.meta.Dentry;
import mountagent.meta.Inodes;
import mountagent.meta.Item;
import mountagent.meta.MetaStore;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes what the trash keeps of an hour out of it again, or puts trees together within it (reference:
/// semantics.md §7).
///
/// An entry of the trash is called `PARENT-INODE-NAME`. It goes back under its name into its parent, wherever
/// that is now; an entry that is there by now is never replaced. A run that was ended can be run again.
public final class TrashRestore {
    private static final Logger LOG = LoggerFactory.getLogger(TrashRestore.class);
    private static final int PAGE = 1000;
    private static final int TRIES = 3;
    private static final int DEFAULT_MODE = 0755;

    /// Which entries are moved.
    public enum Extent {
        /// Those whose parent lies in the same hour of the trash: trees become whole again, inside the trash.
        WITHIN_TRASH,
        /// All.
        PUT_BACK
    }

    /// How many entries were moved, were left since their parent is not in the trash, and could not be moved.
    public record Result(long restored, long skipped, long failed) {}

    private record Origin(long parent, FileName name) {}

    private enum Fate {
        RESTORED,
        SKIPPED,
        FAILED
    }

    private final MetaStore meta;
    private final int threads;
    private final Progress progress;

    /// Restores in `meta` with `threads` moves at the same time.
    public TrashRestore(MetaStore meta, int threads, Progress progress) {
        this.meta = meta;
        this.threads = threads;
        this.progress = progress;
    }

    /// Restores what was removed in the hour `YYYY-MM-DD-HH` (UTC). ENOENT when the trash has nothing of it.
    /// An entry that cannot be moved is logged and counted.
    public Result restore(String hour, Extent extent) throws FsException {
        DentryKey at = new DentryKey(Inodes.TRASH_ROOT, FileName.of(hour));
        Item.DentryAt item = new Item.DentryAt(at);
        Dentry directory = meta.engine().read(ReadPlan.of(item), reader -> reader.get(item));
        if (directory == null) {
            throw new FsException(Errno.ENOENT, "lookup \"" + hour + "\": no such file or directory");
        }
        Set<Long> directories = directories(directory.inode());
        Set<Long> parents = extent == Extent.PUT_BACK ? null : directories;
        Map<Fate, Long> fates = new EnumMap<>(Fate.class);
        try (Progress.Count count = progress.count("restored entries");
                ExecutorService pool = Executors.newFixedThreadPool(threads, Threads.platform("restore-"))) {
            Cursor next = Cursor.START;
            while (next != null) {
                Page<Scan.DirEntry> page = meta.list(directory.inode(), Scan.Detail.NAMES, next, PAGE);
                List<Future<Fate>> running = new ArrayList<>();
                for (Scan.DirEntry entry : page.records()) {
                    running.add(pool.submit(() -> move(directory.inode(), entry, parents)));
                }
                for (Future<Fate> each : running) {
                    Long _ = fates.merge(await(each), 1L, Long::sum);
                    count.add(1);
                }
                next = page.next();
            }
        }
        restoreStats(directories);
        return new Result(
                fates.getOrDefault(Fate.RESTORED, 0L),
                fates.getOrDefault(Fate.SKIPPED, 0L),
                fates.getOrDefault(Fate.FAILED, 0L));
    }

    private Set<Long> directories(long hour) throws FsException {
        Set<Long> found = new HashSet<>();
        Cursor next = Cursor.START;
        while (next != null) {
            Page<Scan.DirEntry> page = meta.list(hour, Scan.Detail.NAMES, next, PAGE);
            page.records().stream()
                    .filter(entry -> entry.dentry().type() == FileType.DIRECTORY)
                    .forEach(entry -> found.add(entry.dentry().inode()));
            next = page.next();
        }
        return found;
    }

    /// Directories lose their statistics when they are removed: those that have none get them again.
    private void restoreStats(Set<Long> directories) throws FsException {
        if (!meta.format().dirStats()) {
            return;
        }
        DirectoryRepair repair = new DirectoryRepair(meta.engine(), Clock.SYSTEM, DEFAULT_MODE);
        for (long inode : directories) {
            boolean isDone = false;
            for (int tried = 0; tried < TRIES && !isDone; tried++) {
                DirectoryLook look = DirectoryLook.at(meta.engine(), inode, _ -> {});
                isDone = look.node() == null || look.told() != null || repair.correctStat(look);
            }
        }
    }

    private static Fate await(Future<Fate> move) throws FsException {
        try {
            return move.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while restoring", e);
        } catch (ExecutionException e) {
            throw new FsException(Errno.EIO, "restoring failed: " + e.getCause(), e);
        }
    }

    private Fate move(long hour, Scan.DirEntry entry, @Nullable Set<Long> parents) {
        Optional<Origin> origin = origin(entry.name());
        if (origin.isEmpty()
                || parents != null && !parents.contains(origin.get().parent())) {
            return Fate.SKIPPED;
        }
        try {
            meta.rename(
                    Caller.AGENT,
                    new DentryKey(hour, entry.name()),
                    new DentryKey(origin.get().parent(), origin.get().name()),
                    Set.of(RenameFlag.NO_REPLACE, RenameFlag.RESTORE),
                    entry.dentry().inode(),
                    0);
            return Fate.RESTORED;
        } catch (FsException failure) {
            LOG.error("restore {}: {}", entry.name(), reason(failure));
            return Fate.FAILED;
        }
    }

    private static String reason(FsException failure) {
        return switch (failure.errno()) {
            case EEXIST -> "target already exists";
            case ENOENT -> "no such file or directory";
            case ENOTDIR -> "not a directory";
            default -> String.valueOf(failure.getMessage());
        };
    }

    /// Splits at the first two `-`: the name itself may hold more.
    private static Optional<Origin> origin(FileName kept) {
        byte[] bytes = kept.toArray();
        int first = indexOf(bytes, 0);
        int second = first < 0 ? -1 : indexOf(bytes, first + 1);
        if (second < 0 || second + 1 == bytes.length) {
            return Optional.empty();
        }
        try {
            long parent =
                    Long.parseLong(FileName.of(Arrays.copyOf(bytes, first)).toString());
            return Optional.of(new Origin(parent, FileName.of(Arrays.copyOfRange(bytes, second + 1, bytes.length))));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static int indexOf(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '-') {
                return i;
            }
        }
        return -1;
    }
}
