package mountagent.meta.sql;

import mountagent.meta.Counter;
import mountagent.meta.IdKind;

/// The rows of the table `counter` (reference: meta-sql.md §6).
final class CounterName {
    private CounterName() {}

    static String of(Counter counter) {
        return switch (counter) {
            case USED_SPACE -> "usedSpace";
            case TOTAL_INODES -> "totalInodes";
            case LAST_CLEANUP_SESSIONS -> "lastCleanupSessions";
            case LAST_CLEANUP_FILES -> "lastCleanupFiles";
            case LAST_CLEANUP_SLICES -> "nextCleanupSlices";
            case LAST_CLEANUP_TRASH -> "lastCleanupTrash";
        };
    }

    static String of(IdKind kind) {
        return switch (kind) {
            case INODE -> "nextInode";
            case SLICE -> "nextChunk";
            case SESSION -> "nextSession";
            case TRASH -> "nextTrash";
            case ACL -> throw new IllegalArgumentException("the numbers of ACL rules are the table's own");
        };
    }

    /// What a sequence starts with: ids 0 and 1 are no inode's to have but the root's.
    static long start(IdKind kind) {
        return switch (kind) {
            case INODE -> 2;
            case SLICE -> 1;
            case SESSION, TRASH, ACL -> 0;
        };
    }

    /// The difference between the next free id and what is stored: two sequences store the next free id, the others
    /// the last one drawn.
    static long ahead(IdKind kind) {
        return switch (kind) {
            case INODE, SLICE -> 0;
            case SESSION, TRASH, ACL -> 1;
        };
    }
}
