package mountagent.chunk;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.block.BlockKey;
import mountagent.block.BlockStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;

/// Which stored blocks a power cut could still take away, by the inode they were written to. Outlives the
/// handles.
///
/// Thread-safe. Kept small by the barrier that runs in the background every few seconds.
final class UnsyncedBlocks {
    private final BlockStore blocks;
    private final Map<Long, Set<BlockKey>> byInode = new ConcurrentHashMap<>();

    private volatile boolean isOldUnsynced;

    UnsyncedBlocks(BlockStore blocks) {
        this.blocks = blocks;
    }

    void add(long inode, BlockKey key) {
        byInode.compute(inode, (_, keys) -> {
            Set<BlockKey> all = keys == null ? ConcurrentHashMap.newKeySet() : keys;
            all.add(key);
            return all;
        });
    }

    /// Makes `target` answer for what `source` has not synced.
    void share(long source, long target) {
        Set<BlockKey> keys = byInode.get(source);
        if (keys != null) {
            keys.forEach(key -> add(target, key));
        }
    }

    /// The inode has gone.
    void forget(long inode) {
        byInode.remove(inode);
    }

    /// A process before this one may have left blocks unsynced: the next barrier syncs all there are.
    void distrustOld() {
        isOldUnsynced = true;
    }

    private void syncOld() throws FsException {
        if (isOldUnsynced) {
            try {
                blocks.syncAll();
                isOldUnsynced = false;
            } catch (ObjectStoreException e) {
                throw failure(e);
            }
        }
    }

    /// Syncs what `inode` has.
    void sync(long inode) throws FsException {
        syncOld();
        Set<BlockKey> keys = byInode.get(inode);
        if (keys != null) {
            List<BlockKey> now = List.copyOf(keys);
            sync(now);
            remove(inode, now);
        }
    }

    /// Syncs what there is of all inodes.
    void syncAll() throws FsException {
        syncOld();
        Map<Long, List<BlockKey>> now = new ConcurrentHashMap<>();
        byInode.forEach((inode, keys) -> now.put(inode, List.copyOf(keys)));
        Set<BlockKey> all = new HashSet<>();
        now.values().forEach(all::addAll);
        sync(all);
        now.forEach(this::remove);
    }

    private void remove(long inode, List<BlockKey> synced) {
        byInode.computeIfPresent(inode, (_, keys) -> {
            synced.forEach(keys::remove);
            return keys.isEmpty() ? null : keys;
        });
    }

    private void sync(Collection<BlockKey> keys) throws FsException {
        try {
            blocks.sync(keys);
        } catch (ObjectStoreException e) {
            if (e.kind() != Kind.MISSING) {
                throw failure(e);
            }
            syncThose(keys);
        }
    }

    /// A block that has been deleted since (its slice was compacted or cut off) needs no sync; the others do.
    private void syncThose(Collection<BlockKey> keys) throws FsException {
        for (BlockKey key : new ArrayList<>(keys)) {
            try {
                blocks.sync(List.of(key));
            } catch (ObjectStoreException e) {
                if (e.kind() != Kind.MISSING) {
                    throw failure(e);
                }
            }
        }
    }

    private static FsException failure(ObjectStoreException cause) {
        return new FsException(
                Errno.EIO, "cannot make stored blocks safe against a power cut: " + cause.getMessage(), cause);
    }
}
