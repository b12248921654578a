package mountagent.meta;

import mountagent.base.Bytes;
import mountagent.base.FileType;
import mountagent.base.Timestamp;

/// A [Node] in the making: set what differs, then [#done()]. Not thread-safe; lives within one method.
public final class NodeDraft {
    private FileType type = FileType.FILE;
    private int flags;
    private int mode;
    private int uid;
    private int gid;
    private Timestamp atime = Timestamp.EPOCH;
    private Timestamp mtime = Timestamp.EPOCH;
    private Timestamp ctime = Timestamp.EPOCH;
    private int nlink = 1;
    private long length;
    private int rdev;
    private long parent;
    private int accessAcl;
    private int defaultAcl;
    private int tier;
    private Bytes tail = Bytes.EMPTY;

    /// A draft of a new node of `type`.
    public NodeDraft(FileType type) {
        this.type = type;
    }

    NodeDraft(Node start) {
        type = start.type();
        flags = start.flags();
        mode = start.mode();
        uid = start.uid();
        gid = start.gid();
        atime = start.atime();
        mtime = start.mtime();
        ctime = start.ctime();
        nlink = start.nlink();
        length = start.length();
        rdev = start.rdev();
        parent = start.parent();
        accessAcl = start.accessAcl();
        defaultAcl = start.defaultAcl();
        tier = start.tier();
        tail = start.tail();
    }

    /// The node as drafted.
    public Node done() {
        return new Node(
                type,
                flags,
                mode,
                uid,
                gid,
                atime,
                mtime,
                ctime,
                nlink,
                length,
                rdev,
                parent,
                accessAcl,
                defaultAcl,
                tier,
                tail);
    }

    public NodeDraft flags(int value) {
        flags = value;
        return this;
    }

    public NodeDraft mode(int value) {
        mode = value;
        return this;
    }

    public NodeDraft uid(int value) {
        uid = value;
        return this;
    }

    public NodeDraft gid(int value) {
        gid = value;
        return this;
    }

    public NodeDraft atime(Timestamp value) {
        atime = value;
        return this;
    }

    public NodeDraft mtime(Timestamp value) {
        mtime = value;
        return this;
    }

    public NodeDraft ctime(Timestamp value) {
        ctime = value;
        return this;
    }

    /// Sets all three times.
    public NodeDraft times(Timestamp value) {
        atime = value;
        mtime = value;
        ctime = value;
        return this;
    }

    public NodeDraft nlink(int value) {
        nlink = value;
        return this;
    }

    public NodeDraft length(long value) {
        length = value;
        return this;
    }

    public NodeDraft rdev(int value) {
        rdev = value;
        return this;
    }

    public NodeDraft parent(long value) {
        parent = value;
        return this;
    }

    public NodeDraft accessAcl(int value) {
        accessAcl = value;
        return this;
    }

    public NodeDraft defaultAcl(int value) {
        defaultAcl = value;
        return this;
    }

    public NodeDraft tier(int value) {
        tier = value;
        return this;
    }

    public NodeDraft tail(Bytes value) {
        tail = value;
        return this;
    }
}
