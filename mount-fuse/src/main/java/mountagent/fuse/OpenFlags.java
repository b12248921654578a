package mountagent.fuse;

import java.util.EnumSet;
import java.util.Set;
import mountagent.volume.OpenSpec;
import mountagent.volume.OpenSpec.Access;
import mountagent.volume.OpenSpec.Option;

/// The flags of open(2) as they come in OPEN and CREATE (`asm-generic/fcntl.h`), which are alike on all
/// architectures we run on but for those that never reach us.
final class OpenFlags {
    static final int O_EXCL = 0x80;
    static final int O_TRUNC = 0x200;
    static final int O_APPEND = 0x400;
    static final int O_DSYNC = 0x1000;
    static final int O_SYNC = 0x101000;

    private static final int O_ACCMODE = 3;
    private static final int O_WRONLY = 1;
    private static final int O_RDWR = 2;

    /// The kernel opens the file to run it (`linux/fs.h`, `__FMODE_EXEC`).
    private static final int EXECUTE = 0x20;

    private OpenFlags() {}

    /// How the file is to be opened. When the kernel writes back from its cache, it reads what it writes to
    /// in part, and places appended bytes itself (fuse.md §9.4).
    static OpenSpec decode(int flags, boolean writebackCache) {
        Access access = access(flags);
        if (writebackCache && access == Access.WRITE) {
            access = Access.READ_WRITE;
        }
        return new OpenSpec(access, options(writebackCache ? flags & ~O_APPEND : flags));
    }

    private static Access access(int flags) {
        return switch (flags & O_ACCMODE) {
            case O_WRONLY -> Access.WRITE;
            case O_RDWR -> Access.READ_WRITE;
            default -> (flags & EXECUTE) != 0 ? Access.EXECUTE : Access.READ;
        };
    }

    private static Set<Option> options(int flags) {
        if ((flags & (O_APPEND | O_TRUNC | O_EXCL | O_DSYNC)) == 0) {
            return Set.of();
        }
        Set<Option> options = EnumSet.noneOf(Option.class);
        if ((flags & O_APPEND) != 0) {
            options.add(Option.APPEND);
        }
        if ((flags & O_TRUNC) != 0) {
            options.add(Option.TRUNCATE);
        }
        if ((flags & O_EXCL) != 0) {
            options.add(Option.EXCLUSIVE);
        }
        if ((flags & O_DSYNC) != 0) { // a bit of O_SYNC too
            options.add(Option.SYNC);
        }
        return options;
    }
}
