package mountagent.sftp.wire;

import mountagent.base.Attr;
import mountagent.base.FileType;
import mountagent.base.Timestamp;

/// Puts attributes into replies: all that version 3 has, or the type alone where no more is known.
public final class AttributeEncoder {
    /// The most bytes of attributes.
    public static final int LENGTH = 32;

    private static final int ALL =
            FileAttributes.SIZE | FileAttributes.UID_GID | FileAttributes.PERMISSIONS | FileAttributes.TIMES;
    private static final long TIME_MAX = 0xffff_ffffL;

    private AttributeEncoder() {}

    /// Appends all attributes.
    public static void put(Reply reply, Attr attr) {
        reply.int32(ALL)
                .int64(attr.length())
                .int32(attr.uid())
                .int32(attr.gid())
                .int32(typeBits(attr.type()) | attr.mode())
                .int32(time(attr.atime()))
                .int32(time(attr.mtime()));
    }

    /// Appends the type, with no permission at all.
    public static void putType(Reply reply, FileType type) {
        reply.int32(FileAttributes.PERMISSIONS).int32(typeBits(type));
    }

    /// The type as the upper bits of a mode (`S_IFMT`).
    static int typeBits(FileType type) {
        return switch (type) {
            case FIFO -> 0010000;
            case CHARACTER_DEVICE -> 0020000;
            case DIRECTORY -> 0040000;
            case BLOCK_DEVICE -> 0060000;
            case FILE -> 0100000;
            case SYMLINK -> 0120000;
            case SOCKET -> 0140000;
        };
    }

    /// Seconds as an unsigned number of 32 bits: times before 1970 and after 2106 become the nearest there is.
    private static int time(Timestamp time) {
        return (int) Math.clamp(time.seconds(), 0, TIME_MAX);
    }
}
