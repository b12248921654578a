package mountagent.chunk;

import java.lang.foreign.MemorySegment;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.block.BlockKey;
import mountagent.block.BlockStore;
import mountagent.object.ObjectStoreException;
import org.jspecify.annotations.Nullable;

/// The way of one block of a pending slice to the store, on whichever thread runs it.
///
/// An interruption of that thread is put aside and set again: the bytes were accepted from a writer who is
/// not there any more to write them anew.
final class BlockUpload implements Runnable {
    private final InodeCommitter owner;
    private final BlockStore blocks;
    private final PendingSlice slice;
    private final int block;
    private final BlockKey key;
    private final MemorySegment bytes;

    /// Made under the owner's lock; `bytes` does not change any more and stays until
    /// [InodeCommitter#uploaded].
    BlockUpload(InodeCommitter owner, BlockStore blocks, PendingSlice slice, int block, MemorySegment memory) {
        this.owner = owner;
        this.blocks = blocks;
        this.slice = slice;
        this.block = block;
        this.key = slice.key(block);
        this.bytes = memory.asSlice(0, key.length());
    }

    PendingSlice slice() {
        return slice;
    }

    int block() {
        return block;
    }

    BlockKey key() {
        return key;
    }

    @Override
    public void run() {
        FsException failure = null;
        boolean isWanted = owner.wants(this);
        boolean isStored = false;
        try {
            if (isWanted) {
                failure = put();
                isStored = failure == null;
            }
        } catch (RuntimeException e) {
            failure = new FsException(Errno.EIO, "the upload of block " + key + " broke off", e);
        } finally {
            owner.uploaded(this, isStored, failure);
        }
    }

    private @Nullable FsException put() {
        boolean wasInterrupted = Thread.interrupted();
        try {
            try {
                blocks.put(key, bytes);
            } catch (ObjectStoreException e) {
                if (!Thread.interrupted()) {
                    throw e;
                }
                wasInterrupted = true;
                blocks.put(key, bytes);
            }
            return null;
        } catch (ObjectStoreException e) {
            Errno errno = e.kind() == ObjectStoreException.Kind.FULL ? Errno.ENOSPC : Errno.EIO;
            return new FsException(errno, "cannot store a block: " + e.getMessage(), e);
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
