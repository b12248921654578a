package mountagent.observe;

import java.util.Locale;

/// The operations that are counted apart, by the words that the official client has for them; those after
/// [#STATFS] are ours.
enum Operation {
    LOOKUP,
    GETATTR,
    SETATTR,
    ACCESS,
    MKNOD,
    MKDIR,
    CREATE,
    SYMLINK,
    READLINK,
    LINK,
    UNLINK,
    RMDIR,
    RENAME,
    OPENDIR,
    READDIR,
    RELEASEDIR,
    OPEN,
    READ,
    WRITE,
    FLUSH,
    FSYNC,
    RELEASE,
    FALLOCATE,
    COPY_FILE_RANGE,
    GETXATTR,
    SETXATTR,
    LISTXATTR,
    REMOVEXATTR,
    FLOCK,
    SETLK,
    GETLK,
    STATFS,
    FSYNCDIR,
    LSEEK;

    private final String word = name().toLowerCase(Locale.ROOT);

    /// Its name in metrics and in the log.
    String word() {
        return word;
    }
}
