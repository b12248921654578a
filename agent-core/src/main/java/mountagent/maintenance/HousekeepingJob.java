package mountagent.maintenance;

import java.time.Duration;

/// A periodic job of a client (reference: semantics.md §16).
public enum HousekeepingJob {
    /// Makes what was written survive a power cut. Part of the durability that is promised, so it always runs.
    BARRIER(Duration.ofSeconds(5)),
    /// Deletes the data of files that were deleted an hour ago or longer, which whoever deleted them did not.
    DELETED_FILES(Duration.ofHours(1)),
    /// Deletes the blocks of slices that nothing refers to.
    RELEASED_SLICES(Duration.ofHours(1)),
    /// Removes what the trash, and the slices that compactions replaced, have been kept long enough.
    TRASH(Duration.ofHours(1));

    private final Duration period;

    HousekeepingJob(Duration period) {
        this.period = period;
    }

    /// How often it runs.
    public Duration period() {
        return period;
    }
}
