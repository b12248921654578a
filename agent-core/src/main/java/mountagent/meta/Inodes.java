package mountagent.meta;

/// The inode numbers that mean something (reference: volume-format.md §1).
public final class Inodes {
    /// The root of the volume, its own parent.
    public static final long ROOT = 1;

    /// The directory that holds the hour directories of the trash, which are numbered from the next inode on.
    public static final long TRASH_ROOT = 0x7FFFFFFF10000000L;

    private Inodes() {}

    /// Whether this is the trash root or one of its hour directories.
    public static boolean isTrash(long inode) {
        return inode >= TRASH_ROOT;
    }

    /// Whether a node lies in an hour directory of the trash. A file with several links never does, nor does what
    /// lies deeper.
    static boolean isTrashed(Node node) {
        return node.parent() > TRASH_ROOT;
    }
}
