package mountagent.chunk;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.block.BlockBuffer;
import mountagent.meta.ChunkKey;
import mountagent.meta.Durability;
import mountagent.meta.SliceLog;
import org.jspecify.annotations.Nullable;

/// Sees the pending slices of an inode on their way: frozen, uploaded, committed in order, or given up.
/// Thread-safe.
final class InodeCommitter {
    private final long inode;
    private final FileData data;
    private final InodeState state;
    private final ReentrantLock lock;
    private final PendingSlices pending;
    // Guarded by the lock.
    private boolean isCommitting;
    private int flushers;
    private Timestamp committedTime = Timestamp.EPOCH;

    InodeCommitter(FileData data, InodeState state) {
        this.inode = state.inode();
        this.data = data;
        this.state = state;
        this.lock = state.lock();
        this.pending = state.pending();
    }

    long inode() {
        return inode;
    }

    @Nullable
    Pending shown() {
        return state.shown();
    }

    /// Whether the block is still to be stored: not when another one of its slice has failed.
    boolean wants(BlockUpload upload) {
        lock.lock();
        try {
            return upload.slice().failure() == null;
        } finally {
            lock.unlock();
        }
    }

    /// The end of an upload, however it went.
    void uploaded(BlockUpload upload, boolean isStored, @Nullable FsException failure) {
        if (isStored) {
            data.unsynced().add(inode, upload.key());
        }
        BlockBuffer buffer;
        boolean isForOthers;
        List<BlockUpload> rest;
        lock.lock();
        try {
            if (!isStored) {
                pending.freeze(upload.slice());
                state.keep(failure);
            }
            buffer = isStored
                    ? upload.slice().blockStored(upload.block())
                    : upload.slice().blockFailed(upload.block(), failure);
            rest = isStored ? List.of() : takeUploads();
            state.signal();
            isForOthers = flushers == 0 && canCommit();
        } finally {
            lock.unlock();
        }
        if (buffer != null) {
            if (isStored) {
                data.blocks().keep(upload.key(), buffer);
            }
            data.giveBack(buffer);
        }
        data.submit(rest);
        if (isForOthers) {
            data.inBackground(this::commitSettled);
        }
    }

    /// What is ready to go up. Called with the lock.
    List<BlockUpload> takeUploads() {
        List<PendingSlices.Ready> ready = pending.takeReady();
        if (ready.isEmpty()) {
            return List.of();
        }
        List<BlockUpload> uploads = new ArrayList<>(ready.size());
        for (PendingSlices.Ready block : ready) {
            uploads.add(upload(block));
        }
        return uploads;
    }

    private BlockUpload upload(PendingSlices.Ready ready) {
        BlockBuffer buffer = ready.slice().buffer(ready.block());
        if (buffer == null) {
            throw new IllegalStateException("a block to be stored has no memory");
        }
        return new BlockUpload(this, data.blocks(), ready.slice(), ready.block(), buffer.memory());
    }

    /// Freezes what has reached a time limit; called every 100 ms.
    void freezeDue() {
        List<BlockUpload> uploads;
        boolean canCommit;
        lock.lock();
        try {
            pending.freezeDue(data.nanoTime());
            uploads = takeUploads();
            canCommit = flushers == 0 && canCommit();
        } finally {
            lock.unlock();
        }
        data.submit(uploads);
        if (canCommit) {
            data.inBackground(this::commitSettled);
        }
    }

    /// How much memory is in blocks that may still be written to.
    long growingBytes() {
        lock.lock();
        try {
            return pending.growingBytes();
        } finally {
            lock.unlock();
        }
    }

    /// Lets everything go up, to free memory.
    void freezeAll() {
        List<BlockUpload> uploads;
        lock.lock();
        try {
            pending.freezeAll();
            uploads = takeUploads();
        } finally {
            lock.unlock();
        }
        data.submit(uploads);
    }

    private boolean canCommit() {
        PendingSlice head = pending.head();
        return !isCommitting && head != null && head.isSettled();
    }

    private void commitSettled() {
        lock.lock();
        try {
            while (canCommit()) {
                commitHead(Durability.COMMITTED);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Commits the first slice, or gives it up when it could not be stored. Called with the lock, which is
    /// free meanwhile.
    private void commitHead(Durability durability) {
        PendingSlice slice = pending.head();
        if (slice == null) {
            return;
        }
        isCommitting = true;
        // Slices that were begun earlier may have been written to later: the stored time never runs
        // backwards.
        committedTime = slice.time().compareTo(committedTime) > 0 ? slice.time() : committedTime;
        Timestamp time = committedTime;
        FsException failure = slice.failure();
        SliceCommits.Appended appended = null;
        lock.unlock();
        try {
            if (failure == null) {
                appended = data.commits().append(new ChunkKey(inode, slice.chunk()), slice.record(), time, durability);
            }
        } catch (FsException e) {
            failure = e;
        } catch (RuntimeException e) {
            failure = new FsException(Errno.EIO, "the commit of slice " + slice.record() + " broke off", e);
        } finally {
            lock.lock();
            committed(slice, appended, failure);
        }
        afterCommit(slice, appended, failure);
    }

    private void committed(
            PendingSlice slice, SliceCommits.@Nullable Appended appended, @Nullable FsException failure) {
        isCommitting = false;
        pending.removeHead();
        if (failure == null && appended != null) {
            meet(appended.found());
            state.lists().appended(slice.chunk(), slice.record(), appended.records(), data.nanoTime());
        } else {
            state.keep(failure);
            state.lists().forget();
        }
        if (pending.isEmpty()) {
            committedTime = Timestamp.EPOCH;
            data.becameClean(this);
        }
        state.signal();
    }

    /// What others did before a commit of ours: what was known of slices is not all there is.
    private void meet(SliceLog.@Nullable Commit found) {
        if (found == null) {
            state.versions().lost();
            state.lists().forget();
        } else if (state.versions().committed(found.before(), found.node())) {
            state.lists().forget();
        }
    }

    private void afterCommit(
            PendingSlice slice, SliceCommits.@Nullable Appended appended, @Nullable FsException failure) {
        lock.unlock();
        try {
            if (failure == null && appended != null) {
                data.compactor().afterCommit(new ChunkKey(inode, slice.chunk()), appended.records());
            } else if (failure != null && (slice.failure() != null || SliceCommits.isRefusal(failure))) {
                data.deleteStored(slice.stored());
            }
        } finally {
            lock.lock();
        }
    }

    /// The same, but a failure of a write is left to be thrown to whoever wrote.
    void settle() throws FsException {
        lock.lock();
        try {
            long last = pending.newest();
            if (last >= 0) {
                drain(last, Durability.COMMITTED);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Returns once everything written before is stored and committed. Throws, once, the failure of what
    /// could not be; EIO when it takes too long, EINTR when interrupted: it goes on in the background then.
    void flush() throws FsException {
        lock.lock();
        try {
            long last = pending.newest();
            if (last >= 0) {
                drain(last, Durability.COMMITTED);
            }
            state.throwAndForgetFailure();
        } finally {
            lock.unlock();
        }
    }

    /// Returns once everything written before survives a power cut. Throws as [#flush()].
    void barrier() throws FsException {
        boolean isCovered = false;
        lock.lock();
        try {
            long last = pending.newest();
            if (last >= 0) {
                isCovered = drain(last, Durability.POWER_SAFE);
            }
            state.throwAndForgetFailure();
        } finally {
            lock.unlock();
        }
        if (!isCovered) {
            data.unsynced().sync(inode);
            data.log().barrier();
        }
    }

    /// Stores and commits all slices up to number `last`. With POWER_SAFE the last one is committed so
    /// after the inode's blocks have been synced, if it is this thread that gets to commit it: then true.
    private boolean drain(long last, Durability durability) throws FsException {
        long deadline = data.deadline();
        boolean isSynced = false;
        boolean isCovered = false;
        pending.freezeAll();
        flushers++;
        try {
            for (PendingSlice head = pending.head(); head != null && head.sequence() <= last; head = pending.head()) {
                PendingSlices.Ready ready = pending.nextReady();
                if (ready != null) {
                    storeHere(ready);
                } else if (!canCommit()) {
                    await(deadline);
                } else if (durability == Durability.COMMITTED || head.sequence() < last) {
                    commitHead(Durability.COMMITTED);
                } else if (!isSynced) {
                    syncHere();
                    isSynced = true;
                } else {
                    commitHead(Durability.POWER_SAFE);
                    isCovered = !state.hasFailed();
                }
            }
        } finally {
            flushers--;
            if (flushers == 0 && canCommit()) {
                data.inBackground(this::commitSettled);
            }
        }
        return isCovered;
    }

    /// Hands all blocks but one to the upload threads and stores that one on this thread, if it is quickly
    /// done.
    private void storeHere(PendingSlices.Ready first) {
        BlockUpload mine = upload(first);
        List<BlockUpload> others = takeUploads();
        lock.unlock();
        try {
            data.submit(others);
            if (data.isStoredHere(mine.key())) {
                mine.run();
            } else {
                data.submit(List.of(mine));
            }
        } finally {
            lock.lock();
        }
    }

    private void syncHere() throws FsException {
        lock.unlock();
        try {
            data.unsynced().sync(inode);
        } finally {
            lock.lock();
        }
    }

    private void await(long deadline) throws FsException {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new FsException(
                    Errno.EIO,
                    "inode " + inode + " could not be flushed in time: " + pending.size()
                            + " slices are still on the way");
        }
        try {
            state.awaitChange(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while flushing inode " + inode, e);
        }
    }

    /// Waits until the queue of slices is shorter or something else has happened, at most `nanos`.
    void awaitShorterQueue(long nanos) {
        lock.lock();
        try {
            if (pending.size() >= PendingSlices.SLICES_MAX) {
                state.awaitChange(nanos);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    boolean hasLongQueue() {
        lock.lock();
        try {
            return pending.size() >= PendingSlices.SLICES_MAX;
        } finally {
            lock.unlock();
        }
    }
}
