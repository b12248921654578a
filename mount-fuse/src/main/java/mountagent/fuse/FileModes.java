package mountagent.fuse;

import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;

/// The type bits of a mode (`S_IFMT`, `linux/stat.h`) and our types.
final class FileModes {
    /// The twelve permission bits.
    static final int PERMISSIONS = 0xfff;

    private static final int TYPE_MASK = 0xf000;
    private static final int FIFO = 0x1000;
    private static final int CHARACTER_DEVICE = 0x2000;
    private static final int DIRECTORY = 0x4000;
    private static final int BLOCK_DEVICE = 0x6000;
    private static final int FILE = 0x8000;
    private static final int SYMLINK = 0xa000;
    private static final int SOCKET = 0xc000;

    private FileModes() {}

    /// The type bits of `type`.
    static int of(FileType type) {
        return switch (type) {
            case FILE -> FILE;
            case DIRECTORY -> DIRECTORY;
            case SYMLINK -> SYMLINK;
            case FIFO -> FIFO;
            case BLOCK_DEVICE -> BLOCK_DEVICE;
            case CHARACTER_DEVICE -> CHARACTER_DEVICE;
            case SOCKET -> SOCKET;
        };
    }

    /// The type that `mode` says; a mode without type bits is a file's. EINVAL when it says none.
    static FileType typeOf(int mode) throws FsException {
        return switch (mode & TYPE_MASK) {
            case 0, FILE -> FileType.FILE;
            case DIRECTORY -> FileType.DIRECTORY;
            case SYMLINK -> FileType.SYMLINK;
            case FIFO -> FileType.FIFO;
            case BLOCK_DEVICE -> FileType.BLOCK_DEVICE;
            case CHARACTER_DEVICE -> FileType.CHARACTER_DEVICE;
            case SOCKET -> FileType.SOCKET;
            default -> throw new FsException(Errno.EINVAL, "mode " + Integer.toOctalString(mode) + " has no type");
        };
    }

    /// What a listing says of a type: its type bits shifted down (`DT_DIR` …).
    static int listed(FileType type) {
        return of(type) >> 12;
    }
}
