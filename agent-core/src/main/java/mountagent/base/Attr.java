package mountagent.base;

/// The attributes of one inode as a program sees them.
///
/// `mode` holds the twelve permission bits alone, the type stands beside it. `length` is in bytes; of a
/// directory it is 4096, of a symbolic link the length of its target. `rdev` means something for devices only.
/// `flags` are [NodeFlag] bits. What the volume stores and nobody sees is in `meta.Node`.
public record Attr(
        long inode,
        FileType type,
        int mode,
        int uid,
        int gid,
        int nlink,
        long length,
        int rdev,
        Timestamp atime,
        Timestamp mtime,
        Timestamp ctime,
        int flags) {

    /// The same with another length and other times of change, as an open file that is being written shows.
    public Attr withPending(long pendingLength, Timestamp pendingMtime, Timestamp pendingCtime) {
        return new Attr(
                inode, type, mode, uid, gid, nlink, pendingLength, rdev, atime, pendingMtime, pendingCtime, flags);
    }
}
