package mountagent.fuse.sys;

/// Error numbers of Linux that this module decides by; the same on x86-64 and arm64
/// (`asm-generic/errno-base.h`, `asm-generic/errno.h`).
public final class LinuxErrno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENOSYS = 38;
    public static final int EPROTO = 71;
    public static final int ECONNABORTED = 103;
    public static final int ENOTCONN = 107;

    private LinuxErrno() {}
}
