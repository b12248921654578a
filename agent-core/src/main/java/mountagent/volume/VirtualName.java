package mountagent.volume;

/// The files that the root of a mount shows beside the volume's own, with the numbers and modes that tools of the
/// official client expect (reference: semantics.md §13).
public enum VirtualName {
    /// The operations of this mount, line by line, as they happen.
    ACCESS_LOG("accesslog", 1, 0400),
    /// The command channel: found in every directory, listed in none.
    CONTROL("control", 2, 0666),
    /// The metrics of this mount.
    STATS("stats", 3, 0444),
    /// How this mount was set up.
    CONFIG("config", 4, 0400);

    /// Inode numbers from here up to [#LAST_INODE] belong to no volume.
    static final long FIRST_INODE = 0x7FFFFFFF00000000L;

    private static final long LAST_INODE = FIRST_INODE + 4;

    private final String word;
    private final long inode;
    private final int mode;

    VirtualName(String word, int number, int mode) {
        this.word = word;
        this.inode = FIRST_INODE + number;
        this.mode = mode;
    }

    /// The name without what all of them begin with.
    String word() {
        return word;
    }

    /// The number that stands for it in every mount.
    public long inode() {
        return inode;
    }

    int mode() {
        return mode;
    }

    /// Whether listings leave it out.
    boolean isUnlisted() {
        return this == CONTROL;
    }

    /// Whether programs may write to it.
    boolean isWritable() {
        return this == CONTROL;
    }

    /// Whether an inode number is that of a virtual file.
    static boolean isVirtual(long inode) {
        return inode >= FIRST_INODE && inode <= LAST_INODE;
    }
}
