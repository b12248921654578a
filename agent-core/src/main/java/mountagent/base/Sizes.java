package mountagent.base;

/// Sizes of the format and the limits that follow from it (reference: volume-format.md §1), in bytes.
public final class Sizes {
    public static final int KIB = 1 << 10;
    public static final int MIB = 1 << 20;
    public static final long GIB = 1L << 30;

    /// The range of a file that one list of slices describes.
    public static final int CHUNK = 64 * MIB;

    /// Files end below this offset; a write that reaches it gets EFBIG.
    public static final long FILE_MAX = 1L << 57;

    /// What space is counted in.
    public static final int SPACE_UNIT = 4 * KIB;

    /// Longest symbolic link the front ends accept.
    public static final int SYMLINK_MAX = 4095;

    /// Longest value and name of an extended attribute.
    public static final int XATTR_VALUE_MAX = 64 * KIB;
    public static final int XATTR_NAME_MAX = 255;

    private Sizes() {}

    /// The space an inode of `length` bytes counts for: at least one unit.
    public static long space(long length) {
        return length <= 0 ? SPACE_UNIT : (length + SPACE_UNIT - 1) / SPACE_UNIT * SPACE_UNIT;
    }
}
