package mountagent.meta;

import mountagent.base.AllocateMode;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.Sizes;
import mountagent.meta.MetaStore.TruncateRight;

/// Truncation and allocation (reference: semantics.md §3). Both make ranges read as zeros by appending records of zeros
/// to the chunks that exist there; where there is no chunk, zeros are read anyway.
final class Lengths {
    private final StoreContext context;

    Lengths(StoreContext context) {
        this.context = context;
    }

    Node truncate(Caller caller, long inode, long length, TruncateRight right, boolean dropSetIds) throws FsException {
        if (length < 0) {
            throw new FsException(Errno.EINVAL, "length (" + length + ") must be >= 0");
        }
        checkEnd(length);
        Terms terms = context.terms();
        return context.change(terms, plan(terms, inode), change -> {
            Node node = change.file(inode);
            Permission.checkChangeable(node);
            if (right == TruncateRight.CHECKED) {
                checkTruncate(change, caller, node);
            }
            change.resize(inode, node, length);
            zero(change, inode, Math.min(node.length(), length), Math.max(node.length(), length));
            int mode = dropSetIds ? Permission.withoutSetIds(node.mode()) : node.mode();
            return change.update(inode, moved(change, node.edit().mode(mode).length(length)));
        });
    }

    private static void checkTruncate(Change change, Caller caller, Node node) throws FsException {
        if (Inodes.isTrashed(node)) {
            throw FsException.miss(Errno.EPERM);
        }
        change.check(caller, node, Permission.WRITE);
    }

    /// EFBIG when a file would end there.
    static void checkEnd(long end) throws FsException {
        if (end >= Sizes.FILE_MAX) {
            throw FsException.miss(Errno.EFBIG);
        }
    }

    private static Node moved(Change change, NodeDraft draft) {
        return draft.mtime(change.now()).ctime(change.now()).done();
    }

    private static ReadPlan plan(Terms terms, long inode) {
        return ReadPlan.of(terms.resizing(inode)).then(first -> terms.holders(first, inode));
    }

    Node allocate(long inode, AllocateMode mode, long offset, long length) throws FsException {
        if (offset < 0 || length <= 0) {
            throw new FsException(Errno.EINVAL, "offset (" + offset + ") must be >= 0 and length (" + length + ") > 0");
        }
        checkEnd(offset > Long.MAX_VALUE - length ? Long.MAX_VALUE : offset + length);
        long end = offset + length;
        Terms terms = context.terms();
        return context.change(terms, plan(terms, inode), change -> {
            Node node = change.node(inode);
            checkAllocate(node, mode);
            boolean mayGrow = mode == AllocateMode.EXTEND || mode == AllocateMode.ZERO_RANGE;
            long newLength = mayGrow ? Math.max(node.length(), end) : node.length();
            change.resize(inode, node, newLength);
            boolean isZeroing = mode != AllocateMode.EXTEND && mode != AllocateMode.KEEP_SIZE;
            if (isZeroing) {
                zero(change, inode, offset, Math.min(end, node.length()));
            }
            return change.update(inode, moved(change, node.edit().length(newLength)));
        });
    }

    private static void checkAllocate(Node node, AllocateMode mode) throws FsException {
        if (node.type() == FileType.FIFO) {
            throw FsException.miss(Errno.EPIPE);
        }
        boolean onlyReserves = mode == AllocateMode.EXTEND || mode == AllocateMode.KEEP_SIZE;
        if (!node.isFile() || node.has(NodeFlag.IMMUTABLE) || node.has(NodeFlag.APPEND_ONLY) && !onlyReserves) {
            throw FsException.miss(Errno.EPERM);
        }
    }

    /// Makes the bytes `[from, to)` of a file read as zeros.
    static void zero(Change change, long inode, long from, long to) {
        if (from >= to) {
            return;
        }
        long first = from / Sizes.CHUNK;
        long last = (to - 1) / Sizes.CHUNK;
        int start = (int) (from % Sizes.CHUNK);
        int end = (int) (to - last * Sizes.CHUNK);
        if (first == last) {
            appendZeros(change, inode, first, first + 1, start, end);
            return;
        }
        boolean wholeFirst = start == 0;
        boolean wholeLast = end == Sizes.CHUNK;
        if (!wholeFirst) {
            appendZeros(change, inode, first, first + 1, start, Sizes.CHUNK);
        }
        appendZeros(change, inode, wholeFirst ? first : first + 1, wholeLast ? last + 1 : last, 0, Sizes.CHUNK);
        if (!wholeLast) {
            appendZeros(change, inode, last, last + 1, 0, end);
        }
    }

    /// Appends zeros to the chunks `[from, to)` that exist. The very last chunk a file can have is past what a range
    /// of indexes can name, and gets its record anyway.
    private static void appendZeros(Change change, long inode, long from, long to, int start, int end) {
        Slice zeros = Slice.zeros(start, end - start);
        int bound = (int) Math.min(to, Integer.MAX_VALUE);
        if (from < bound) {
            change.apply(new Mutation.AppendToExisting(inode, (int) from, bound, zeros));
        }
        if (to > Integer.MAX_VALUE) {
            change.apply(new Mutation.AppendSlice(new ChunkKey(inode, Integer.MAX_VALUE), zeros, new Outcome<>()));
        }
    }
}
