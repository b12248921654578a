package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import mountagent.base.Attr;
import mountagent.base.FileType;
import mountagent.base.Timestamp;
import mountagent.volume.Stat;

/// Attributes and entries in the form of the protocol (fuse.md §4: attr, entry_out, attr_out).
final class NodeEncoder {
    /// Lengths of `struct fuse_attr`, `fuse_entry_out`, `fuse_attr_out`.
    static final int ATTR_LENGTH = 88;

    static final int ENTRY_LENGTH = 40 + ATTR_LENGTH;
    static final int ATTR_REPLY_LENGTH = 16 + ATTR_LENGTH;

    /// What st_blksize says, as the official client does.
    private static final int BLOCK_SIZE = 65536;

    /// What st_blocks counts.
    private static final int BLOCK_UNIT = 512;

    /// Inode numbers are not used again, so one generation is enough.
    private static final long GENERATION = 1;

    private final Timeouts timeouts;

    NodeEncoder(Timeouts timeouts) {
        this.timeouts = timeouts;
    }

    /// Replies with attributes.
    void replyAttr(Request request, Stat stat) {
        MemorySegment reply = request.shortReply();
        timeouts.putAttr(reply, 0, 8, stat.mayCache());
        reply.set(Request.INT, 12, 0);
        putAttr(reply, 16, stat.attr());
        request.succeed(ATTR_REPLY_LENGTH);
    }

    /// Replies with an entry.
    void replyEntry(Request request, Stat stat) {
        putEntry(request.shortReply(), 0, stat);
        request.succeed(ENTRY_LENGTH);
    }

    /// Replies that there is no such name, for the kernel to remember.
    void replyMiss(Request request) {
        MemorySegment reply = request.shortReply();
        putNoEntry(reply, 0);
        timeouts.putMiss(reply, 16, 32);
        request.succeed(ENTRY_LENGTH);
    }

    /// Whether [#replyMiss] is of any use.
    boolean keepsMisses() {
        return timeouts.keepsMisses();
    }

    /// Writes an entry_out at `at`.
    void putEntry(MemorySegment reply, long at, Stat stat) {
        Attr attr = stat.attr();
        reply.set(Request.LONG, at, attr.inode());
        reply.set(Request.LONG, at + 8, GENERATION);
        timeouts.putEntry(reply, at + 16, at + 32, attr.type());
        timeouts.putAttr(reply, at + 24, at + 36, stat.mayCache());
        putAttr(reply, at + 40, attr);
    }

    /// Writes an entry_out that says nothing.
    void putNoEntry(MemorySegment reply, long at) {
        reply.asSlice(at, ENTRY_LENGTH).fill((byte) 0);
    }

    private static void putAttr(MemorySegment reply, long at, Attr attr) {
        reply.set(Request.LONG, at, attr.inode());
        reply.set(Request.LONG, at + 8, attr.length());
        reply.set(Request.LONG, at + 16, Math.ceilDiv(attr.length(), (long) BLOCK_UNIT));
        putTime(reply, at + 24, at + 48, attr.atime());
        putTime(reply, at + 32, at + 52, attr.mtime());
        putTime(reply, at + 40, at + 56, attr.ctime());
        reply.set(Request.INT, at + 60, FileModes.of(attr.type()) | attr.mode());
        reply.set(Request.INT, at + 64, attr.nlink());
        reply.set(Request.INT, at + 68, attr.uid());
        reply.set(Request.INT, at + 72, attr.gid());
        reply.set(Request.INT, at + 76, hasDevice(attr.type()) ? attr.rdev() : 0);
        reply.set(Request.INT, at + 80, BLOCK_SIZE);
        reply.set(Request.INT, at + 84, 0);
    }

    private static boolean hasDevice(FileType type) {
        return type == FileType.BLOCK_DEVICE || type == FileType.CHARACTER_DEVICE;
    }

    private static void putTime(MemorySegment reply, long secondsAt, long nanosAt, Timestamp time) {
        reply.set(Request.LONG, secondsAt, time.seconds());
        reply.set(Request.INT, nanosAt, time.nanos());
    }
}
