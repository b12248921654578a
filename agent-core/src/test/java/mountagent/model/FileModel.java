package mountagent.model;

import java.util.List;
import mountagent.base.AllocateMode;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import mountagent.meta.Slice;

/// The operations on file contents of the reference tree (semantics.md §3 and §8).
final class FileModel {
    private final ModelTree tree;

    FileModel(ModelTree tree) {
        this.tree = tree;
    }

    /// Cuts or extends a file. `byHandle` says that permission and trash have been looked at when it was opened.
    ModelNode truncate(Caller caller, long inode, long length, boolean byHandle) throws Refused {
        ModelNode node = tree.node(inode);
        new Reasons()
                .when(node.isDirectory(), Errno.EISDIR, Errno.EPERM)
                .when(!node.isFile(), Errno.EPERM, Errno.EINVAL)
                .when(node.isFixed() || (!byHandle && ModelTree.isInTrash(node)), Errno.EPERM)
                .when(!byHandle && !ModelTree.may(node, caller, 2), Errno.EACCES)
                .refuse();
        long low = Math.min(node.length, length);
        node.bytes.clear(low, Math.max(node.length, length) - low);
        node.length = length;
        node.mtime = tree.now();
        node.ctime = tree.now();
        return node;
    }

    /// Appends the record of a slice to chunk `index`.
    ModelNode append(long inode, int index, Slice slice, Timestamp time) throws Refused {
        ModelNode node = tree.node(inode);
        Refused.when(!node.isFile(), Errno.EPERM, Errno.EINVAL, Errno.EISDIR);
        long base = (long) index * Sizes.CHUNK;
        tree.sliceBytes.overlay(node.bytes, base, List.of(slice));
        node.length = Math.max(node.length, base + slice.end());
        node.mtime = time;
        node.ctime = time;
        return node;
    }

    /// Reserves or zeroes a range.
    ModelNode allocate(long inode, AllocateMode mode, long offset, long length) throws Refused {
        ModelNode node = tree.node(inode);
        boolean reserves = mode == AllocateMode.EXTEND || mode == AllocateMode.KEEP_SIZE;
        new Reasons()
                .when(node.type == FileType.FIFO, Errno.EPIPE)
                .when(!node.isFile(), Errno.EPERM, Errno.EISDIR, Errno.ENODEV)
                .when(node.isImmutable() || (node.isAppendOnly() && !reserves), Errno.EPERM)
                .refuse();
        if (!reserves) {
            long end = Math.min(node.length, offset + length);
            if (end > offset) {
                node.bytes.clear(offset, end - offset);
            }
        }
        if (mode == AllocateMode.EXTEND || mode == AllocateMode.ZERO_RANGE) {
            node.length = Math.max(node.length, offset + length);
        }
        node.mtime = tree.now();
        node.ctime = tree.now();
        return node;
    }

    /// Copies a range by sharing slices; how many bytes.
    long copy(long source, long sourceOffset, long target, long targetOffset, long length) throws Refused {
        ModelNode from = tree.node(source);
        ModelNode to = tree.node(target);
        new Reasons()
                .when(!from.isFile() || !to.isFile(), Errno.EINVAL, Errno.EISDIR)
                .when(to.isFixed(), Errno.EPERM)
                .refuse();
        if (sourceOffset >= from.length) {
            return 0;
        }
        long copied = Math.min(length, from.length - sourceOffset);
        to.bytes.overlay(targetOffset, from.bytes.slice(sourceOffset, copied), copied);
        to.length = Math.max(to.length, targetOffset + copied);
        to.mtime = tree.now();
        to.ctime = tree.now();
        return copied;
    }

    /// The last local handle of a file is closed: an unlinked one that this client kept is gone.
    boolean close(int client, long inode, NameModel names) {
        tree.open.remove(new ModelTree.Holder(client, inode));
        tree.unnamed.remove(new ModelTree.Holder(client, inode));
        if (!tree.sustained.remove(new ModelTree.Holder(client, inode))) {
            return false;
        }
        ModelNode node = tree.nodes.get(inode);
        if (node != null) {
            names.end(node);
        }
        return true;
    }
}
