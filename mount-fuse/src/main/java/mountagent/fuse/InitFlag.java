package mountagent.fuse;

/// What may be agreed on in INIT, by its bit (`linux/fuse.h`, `FUSE_INIT_EXT` and above in the second word);
/// which are asked for and why: fuse.md §3.
enum InitFlag {
    ASYNC_READ(0),
    POSIX_LOCKS(1),
    EXPORT_SUPPORT(4),
    BIG_WRITES(5),
    /// The core applies the umask, since a default ACL takes its place.
    DONT_MASK(6),
    FLOCK_LOCKS(10),
    AUTO_INVAL_DATA(12),
    DO_READDIRPLUS(13),
    READDIRPLUS_AUTO(14),
    ASYNC_DIO(15),
    WRITEBACK_CACHE(16),
    PARALLEL_DIROPS(18),
    /// The kernel understands ACLs and checks by them; it then checks permissions whatever the mount says.
    POSIX_ACL(20),
    ABORT_ERROR(21),
    MAX_PAGES(22),
    CACHE_SYMLINKS(23),
    /// We drop set-user-ID and set-group-ID bits where a request says so, and always when the owner changes;
    /// without it the kernel does so by requests of its own.
    HANDLE_KILLPRIV_V2(28),
    SETXATTR_EXT(29),
    INIT_EXT(30),
    /// The kernel then waits with all requests until rings are registered, see [Rings].
    OVER_IO_URING(41);

    private final long mask;

    InitFlag(int bit) {
        this.mask = 1L << bit;
    }

    long mask() {
        return mask;
    }
}
