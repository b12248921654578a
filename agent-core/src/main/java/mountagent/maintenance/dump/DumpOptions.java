package mountagent.maintenance.dump;

import java.util.function.BooleanSupplier;
import mountagent.meta.Inodes;

/// What is dumped and how. `root` is the directory the document begins with; `threadsMax` reads of details go
/// on at the same time; once `isStopped` says so, the dump ends with EINTR.
public record DumpOptions(
        long root, Secrets secrets, Trash trash, Pace pace, View view, int threadsMax, BooleanSupplier isStopped) {
    /// Whether passwords of the object store are in the document.
    public enum Secrets {
        REMOVED,
        KEPT
    }

    /// Whether the trash is.
    public enum Trash {
        INCLUDED,
        LEFT_OUT
    }

    /// How much of the machine a dump takes.
    public enum Pace {
        /// As much as it gets.
        FULL,
        /// It rests as long as it works, in small portions.
        HALF
    }

    /// What of a volume in use is dumped.
    public enum View {
        /// What it was at the beginning, if the engine can hold still; the store may need space for that.
        SNAPSHOT,
        /// What is met on the way.
        LIVE
    }

    public DumpOptions {
        if (threadsMax < 1) {
            throw new IllegalArgumentException("threadsMax (" + threadsMax + ") must be at least 1");
        }
    }

    /// The whole volume without secrets, on the calling thread.
    public static DumpOptions whole() {
        return new DumpOptions(Inodes.ROOT, Secrets.REMOVED, Trash.INCLUDED, Pace.FULL, View.SNAPSHOT, 1, () -> false);
    }

    /// The same from another directory.
    public DumpOptions withRoot(long directory) {
        return new DumpOptions(directory, secrets, trash, pace, view, threadsMax, isStopped);
    }

    public DumpOptions withSecrets(Secrets value) {
        return new DumpOptions(root, value, trash, pace, view, threadsMax, isStopped);
    }

    public DumpOptions withTrash(Trash value) {
        return new DumpOptions(root, secrets, value, pace, view, threadsMax, isStopped);
    }

    public DumpOptions withPace(Pace value) {
        return new DumpOptions(root, secrets, trash, value, view, threadsMax, isStopped);
    }

    public DumpOptions withView(View value) {
        return new DumpOptions(root, secrets, trash, pace, value, threadsMax, isStopped);
    }

    public DumpOptions withThreadsMax(int value) {
        return new DumpOptions(root, secrets, trash, pace, view, value, isStopped);
    }

    public DumpOptions withStop(BooleanSupplier value) {
        return new DumpOptions(root, secrets, trash, pace, view, threadsMax, value);
    }

    /// Whether the document is about all of the volume.
    boolean isWhole() {
        return root == Inodes.ROOT;
    }
}
