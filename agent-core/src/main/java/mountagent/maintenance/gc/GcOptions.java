package mountagent.maintenance.gc;

import java.time.Duration;

/// What a run of the garbage collector does.
///
/// Objects younger than `spared` may be of uploads that are not committed yet and are left alone. `threads`
/// deletions or compactions run at the same time.
public record GcOptions(Duration spared, Deletion deletion, Compaction compaction, int threads) {
    /// The official client's limit.
    public static final Duration SPARED_DEFAULT = Duration.ofHours(1);

    /// Whether anything is deleted.
    public enum Deletion {
        REPORT_ONLY,
        DELETE
    }

    /// Whether chunks of several records are merged first.
    public enum Compaction {
        NONE,
        ALL_CHUNKS
    }

    public GcOptions {
        if (spared.isNegative() || threads < 1) {
            throw new IllegalArgumentException(
                    "spared (" + spared + ") must not be negative, threads (" + threads + ") must be > 0");
        }
    }

    boolean deletes() {
        return deletion == Deletion.DELETE;
    }

    boolean compacts() {
        return compaction == Compaction.ALL_CHUNKS;
    }
}
