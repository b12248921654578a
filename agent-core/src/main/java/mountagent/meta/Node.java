package mountagent.meta;

import mountagent.base.Attr;
import mountagent.base.Bytes;
import mountagent.base.FileType;
import mountagent.base.Timestamp;

/// An inode as it is stored; [#shown(long)] is what programs see of it.
///
/// `mode` holds the twelve permission bits. `parent` is 0 for a file with several links: its parents are then counted
/// apart ([Item.ParentLinks]). `tail` holds what follows the fields we know where the engine keeps bytes; it survives
/// a rewrite. Reference: meta-redis.md §2.1.
public record Node(
        FileType type,
        int flags,
        int mode,
        int uid,
        int gid,
        Timestamp atime,
        Timestamp mtime,
        Timestamp ctime,
        int nlink,
        long length,
        int rdev,
        long parent,
        int accessAcl,
        int defaultAcl,
        int tier,
        Bytes tail) {

    /// The length that directories have.
    public static final long DIRECTORY_LENGTH = 4096;

    /// The attributes shown for this node as `inode`.
    public Attr shown(long inode) {
        return new Attr(inode, type, mode, uid, gid, nlink, length, rdev, atime, mtime, ctime, flags);
    }

    /// Whether this is a directory.
    public boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }

    /// Whether this is a regular file.
    public boolean isFile() {
        return type == FileType.FILE;
    }

    /// Whether any of the flag bits `mask` is set.
    public boolean has(int mask) {
        return (flags & mask) != 0;
    }

    /// A draft that starts with this node's values.
    public NodeDraft edit() {
        return new NodeDraft(this);
    }
}
