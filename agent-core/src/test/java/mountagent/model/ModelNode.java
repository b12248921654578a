package mountagent.model;

import java.util.Map;
import java.util.TreeMap;
import mountagent.base.Bytes;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.NodeFlag;
import mountagent.base.Timestamp;
import org.jspecify.annotations.Nullable;

/// A node of the reference tree: plain fields, changed in place.
final class ModelNode {
    final long inode;
    final FileType type;
    int mode;
    int uid;
    int gid;
    int nlink = 1;
    int rdev;
    int flags;
    long length;
    long parent;
    Timestamp atime;
    Timestamp mtime;
    Timestamp ctime;

    @Nullable
    Bytes target;
    /// Entries of a directory.
    final TreeMap<FileName, Long> children = new TreeMap<>();
    /// Entries by directory of a file that has had several.
    final Map<Long, Integer> parentLinks = new TreeMap<>();

    @Nullable
    ModelAcl accessAcl;

    @Nullable
    ModelAcl defaultAcl;

    final TreeMap<FileName, Bytes> xattrs = new TreeMap<>();
    final ByteMap bytes = new ByteMap();

    ModelNode(long inode, FileType type, Timestamp now) {
        this.inode = inode;
        this.type = type;
        this.atime = now;
        this.mtime = now;
        this.ctime = now;
    }

    boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }

    boolean isFile() {
        return type == FileType.FILE;
    }

    boolean isImmutable() {
        return (flags & NodeFlag.IMMUTABLE) != 0;
    }

    boolean isAppendOnly() {
        return (flags & NodeFlag.APPEND_ONLY) != 0;
    }

    boolean isFixed() {
        return isImmutable() || isAppendOnly();
    }

    /// The extended attributes that programs see, access control lists among them.
    Map<FileName, Bytes> shownXattrs() {
        TreeMap<FileName, Bytes> shown = new TreeMap<>(xattrs);
        if (accessAcl != null) {
            shown.put(ModelAcl.ACCESS, accessAcl.encode());
        }
        if (defaultAcl != null) {
            shown.put(ModelAcl.DEFAULT, defaultAcl.encode());
        }
        return shown;
    }

    void addParentLink(long directory, int delta) {
        parentLinks.merge(directory, delta, (a, b) -> a + b == 0 ? null : a + b);
    }

    /// The fields that programs and other clients see, as text to compare.
    String describe() {
        return "%d %s mode=%o uid=%d gid=%d nlink=%d length=%d rdev=%d flags=%x parent=%d a=%s m=%s c=%s"
                .formatted(
                        inode,
                        type,
                        mode,
                        uid,
                        gid,
                        nlink,
                        length,
                        rdev,
                        flags,
                        parent,
                        text(atime),
                        text(mtime),
                        text(ctime));
    }

    static String text(Timestamp time) {
        return time.seconds() + "." + time.nanos();
    }
}
