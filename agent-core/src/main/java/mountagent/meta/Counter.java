package mountagent.meta;

/// The volume's counters, except those that ids are drawn from (see [IdKind]).
public enum Counter {
    /// Bytes in use, in units of 4 KiB, the trash included, the two roots not.
    USED_SPACE,
    /// Inodes in use, counted alike.
    TOTAL_INODES,
    /// Unix seconds of the last run of each background job: a lock across clients.
    LAST_CLEANUP_SESSIONS,
    LAST_CLEANUP_FILES,
    LAST_CLEANUP_SLICES,
    LAST_CLEANUP_TRASH
}
