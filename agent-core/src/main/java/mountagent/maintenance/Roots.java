package mountagent.maintenance;

/// The inodes that no entry points to (reference: volume-format.md §1).
final class Roots {
    static final long ROOT = 1;

    /// The directory that holds the hour directories of the trash, which are numbered from the next inode on.
    static final long TRASH = 0x7FFFFFFF10000000L;

    private Roots() {}

    /// Whether `inode` is one of the two roots, which no counter counts.
    static boolean isRoot(long inode) {
        return inode == ROOT || inode == TRASH;
    }

    /// Whether `inode` is the trash root or one of its hour directories, whose link counts nobody keeps.
    static boolean isTrash(long inode) {
        return inode >= TRASH;
    }
}
