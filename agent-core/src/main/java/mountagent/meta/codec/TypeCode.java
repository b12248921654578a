package mountagent.meta.codec;

import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;

/// The stored numbers of node types (reference: semantics.md §1).
public final class TypeCode {
    private TypeCode() {}

    /// The number of `type`, 1 to 7.
    public static int of(FileType type) {
        return switch (type) {
            case FILE -> 1;
            case DIRECTORY -> 2;
            case SYMLINK -> 3;
            case FIFO -> 4;
            case BLOCK_DEVICE -> 5;
            case CHARACTER_DEVICE -> 6;
            case SOCKET -> 7;
        };
    }

    /// The type that `code` stands for; EIO when there is none.
    public static FileType type(int code) throws FsException {
        return switch (code) {
            case 1 -> FileType.FILE;
            case 2 -> FileType.DIRECTORY;
            case 3 -> FileType.SYMLINK;
            case 4 -> FileType.FIFO;
            case 5 -> FileType.BLOCK_DEVICE;
            case 6 -> FileType.CHARACTER_DEVICE;
            case 7 -> FileType.SOCKET;
            default -> throw new FsException(Errno.EIO, "stored node type (" + code + ") must be 1 to 7");
        };
    }
}
