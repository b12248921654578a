package mountagent.meta;

/// What the direct children of a directory add up to: bytes of length, bytes of space, count of inodes.
/// Also used for a difference of two such sums.
public record DirStat(long length, long space, long inodes) {
    public static final DirStat ZERO = new DirStat(0, 0, 0);

    public DirStat plus(DirStat other) {
        return new DirStat(length + other.length, space + other.space, inodes + other.inodes);
    }

    public boolean isZero() {
        return length == 0 && space == 0 && inodes == 0;
    }
}
