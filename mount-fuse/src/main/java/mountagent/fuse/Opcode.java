package mountagent.fuse;

import org.jspecify.annotations.Nullable;

/// The requests of the kernel that are understood (`linux/fuse.h`, `enum fuse_opcode`), with how each is
/// served.
enum Opcode {
    LOOKUP(1, 1, Pace.QUERY),
    FORGET(2, 8, Pace.SILENT),
    GETATTR(3, 16, Pace.QUERY),
    SETATTR(4, 88, Pace.CHANGE),
    READLINK(5, 0, Pace.QUERY, Reply.LARGE),
    SYMLINK(6, 2, Pace.CHANGE),
    MKNOD(8, 17, Pace.CHANGE),
    MKDIR(9, 9, Pace.CHANGE),
    UNLINK(10, 1, Pace.CHANGE),
    RMDIR(11, 1, Pace.CHANGE),
    RENAME(12, 10, Pace.CHANGE),
    LINK(13, 9, Pace.CHANGE),
    OPEN(14, 8, Pace.QUERY),
    READ(15, 40, Pace.ATTEMPT, Reply.LARGE),
    WRITE(16, 40, Pace.ATTEMPT),
    STATFS(17, 0, Pace.AT_ONCE),
    RELEASE(18, 24, Pace.ATTEMPT),
    FSYNC(20, 16, Pace.CHANGE),
    SETXATTR(21, 9, Pace.CHANGE),
    GETXATTR(22, 9, Pace.QUERY, Reply.LARGE),
    LISTXATTR(23, 8, Pace.QUERY, Reply.LARGE),
    REMOVEXATTR(24, 1, Pace.CHANGE),
    FLUSH(25, 24, Pace.ATTEMPT),
    INIT(26, 16, Pace.AT_ONCE),
    OPENDIR(27, 8, Pace.QUERY),
    READDIR(28, 40, Pace.QUERY, Reply.LARGE),
    RELEASEDIR(29, 24, Pace.AT_ONCE),
    FSYNCDIR(30, 16, Pace.CHANGE),
    GETLK(31, 48, Pace.QUERY),
    SETLK(32, 48, Pace.CHANGE),
    SETLKW(33, 48, Pace.CHANGE),
    ACCESS(34, 8, Pace.QUERY),
    CREATE(35, 17, Pace.CHANGE),
    INTERRUPT(36, 8, Pace.SILENT),
    BMAP(37, 16, Pace.UNKNOWN),
    DESTROY(38, 0, Pace.AT_ONCE),
    IOCTL(39, 32, Pace.AT_ONCE),
    POLL(40, 24, Pace.UNKNOWN),
    NOTIFY_REPLY(41, 0, Pace.SILENT),
    BATCH_FORGET(42, 8, Pace.SILENT),
    FALLOCATE(43, 32, Pace.CHANGE),
    READDIRPLUS(44, 40, Pace.QUERY, Reply.LARGE),
    RENAME2(45, 18, Pace.CHANGE),
    LSEEK(46, 24, Pace.CHANGE),
    COPY_FILE_RANGE(47, 56, Pace.CHANGE),
    SETUPMAPPING(48, 0, Pace.UNKNOWN),
    REMOVEMAPPING(49, 0, Pace.UNKNOWN),
    SYNCFS(50, 0, Pace.UNKNOWN),
    TMPFILE(51, 17, Pace.CHANGE),
    STATX(52, 24, Pace.UNKNOWN),
    COPY_FILE_RANGE_64(53, 56, Pace.CHANGE);

    /// Which thread serves a request.
    enum Pace {
        /// The receiving thread: the answer is in this module's memory.
        AT_ONCE,
        /// The receiving thread when the volume answers such questions at once, else one that may wait.
        QUERY,
        /// The receiving thread tries; what would have to wait needs one that may.
        ATTEMPT,
        /// A thread that may wait: for a commit.
        CHANGE,
        /// The receiving thread; there is no reply (any would be an error, fuse.md §10.1).
        SILENT,
        /// Answered ENOSYS, which the kernel remembers (fuse.md §4).
        UNKNOWN
    }

    /// Whether the answer may be too long for the small area of a request.
    private enum Reply {
        SMALL,
        LARGE
    }

    private static final @Nullable Opcode[] BY_NUMBER = byNumber();

    private final int number;
    private final int bodyLengthMin;
    private final Pace pace;
    private final Reply reply;

    Opcode(int number, int bodyLengthMin, Pace pace) {
        this(number, bodyLengthMin, pace, Reply.SMALL);
    }

    Opcode(int number, int bodyLengthMin, Pace pace, Reply reply) {
        this.number = number;
        this.bodyLengthMin = bodyLengthMin;
        this.pace = pace;
        this.reply = reply;
    }

    /// The one with this number, or null.
    static @Nullable Opcode of(int number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    }

    int number() {
        return number;
    }

    /// Fewer bytes than this after the header make a message malformed. The shape of the oldest kernel
    /// counts.
    int bodyLengthMin() {
        return bodyLengthMin;
    }

    Pace pace() {
        return pace;
    }

    /// Whether it asks and changes nothing, so that it may be given up at any moment.
    boolean isQuestion() {
        return pace == Pace.QUERY || this == READ || this == LSEEK;
    }

    /// Whether it may take as long as it likes: a wait for a lock, work on a whole file.
    boolean isLong() {
        return switch (this) {
            case SETLKW, COPY_FILE_RANGE, COPY_FILE_RANGE_64, FALLOCATE, LSEEK -> true;
            default -> false;
        };
    }

    /// How long it is served on when its caller was interrupted.
    Patience patience() {
        if (this == SETLKW) {
            return Patience.NONE;
        }
        if (this == FLUSH || this == RELEASE) {
            return Patience.ENDLESS;
        }
        return isQuestion() ? Patience.SHORT : Patience.LONG;
    }

    /// Whether the answer goes to the data area of a request, which then must be large enough.
    boolean hasLargeReply() {
        return reply == Reply.LARGE;
    }

    private static @Nullable Opcode[] byNumber() {
        var table = new @Nullable Opcode[64];
        for (Opcode opcode : values()) {
            table[opcode.number] = opcode;
        }
        return table;
    }
}
