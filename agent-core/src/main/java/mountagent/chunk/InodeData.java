package mountagent.chunk;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import mountagent.block.BlockBuffer;
import mountagent.meta.ChunkKey;
import mountagent.meta.Durability;
import mountagent.meta.Slice;
import org.jspecify.annotations.Nullable;

/// What is known about one open inode's data: its pending slices, its cached slice lists, its unsynced
/// blocks.
///
/// # A write
///
/// is copied into pending slices and returns. Full blocks go up at once on the upload threads. A slice is
/// frozen by a flush, by age, by want of memory or when it is full; once its blocks are stored, its record
/// is committed: by the thread that flushes, when there is one, else in the background. A flush of one
/// small slice stores the block and commits the record on the thread that called it.
///
/// # A failure
///
/// of an upload or a commit is kept: the next writes fail with it, and so does the next flush, which clears
/// it. The stored blocks of the slice are deleted when no record can refer to them.
///
/// # A read
///
/// takes pending bytes from memory, the rest from what is committed; it never forces a flush.
///
/// Thread-safe. One lock, held for copying memory but never over I/O; of two inodes' locks only one is held
/// at a time.
public final class InodeData implements AutoCloseable {
    private static final int READ_TRIES = 2;
    private static final int COMPACT_VIEW_RECORDS = 5;

    private final long inode;
    private final FileData data;
    private final FileReader reader;
    private final int blockSize;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All below are guarded by the lock.
    private final PendingSlices pending;
    private final SliceLists lists = new SliceLists();
    private boolean lacksId;
    private boolean isCommitting;
    private int flushers;
    private Timestamp committedTime = Timestamp.EPOCH;
    private volatile @Nullable FsException sticky;
    // Guarded by the table of open files.
    private int users;

    InodeData(long inode, FileData data, FileReader reader, int blockSize) {
        this.inode = inode;
        this.data = data;
        this.reader = reader;
        this.blockSize = blockSize;
        this.pending = new PendingSlices(blockSize);
    }

    long inode() {
        return inode;
    }

    /// How many have it open; changed under the table of open files only.
    void addUser() {
        users++;
    }

    void removeUser() {
        users--;
    }

    boolean hasUsers() {
        return users > 0;
    }

    // ---- Writing ----

    /// What a write lacks to go on.
    private enum Need {
        NOTHING,
        SLICE_ID,
        ROOM
    }

    /// Takes the bytes of `source` as written at `offset` at `time`. Waits, with a limit, while buffers are
    /// full. EFBIG past the largest file, EIO or ENOSPC when an earlier write could not be stored.
    public void write(long offset, MemorySegment source, Timestamp time) throws FsException {
        long size = source.byteSize();
        if (offset < 0) {
            throw new FsException(Errno.EINVAL, "offset (" + offset + ") must be >= 0");
        }
        if (offset > Sizes.FILE_MAX - size) {
            throw new FsException(Errno.EFBIG, "write of " + size + " bytes at " + offset + " passes the largest file");
        }
        long done = 0;
        long deadline = 0;
        while (done < size) {
            Need need;
            List<BlockUpload> uploads;
            lock.lock();
            try {
                throwSticky();
                long taken = writeSome(offset + done, source.asSlice(done), time);
                done += taken;
                need = done == size ? Need.NOTHING : lacksId ? Need.SLICE_ID : Need.ROOM;
                uploads = takeUploads();
            } finally {
                lock.unlock();
            }
            data.submit(uploads);
            deadline = supply(need, deadline);
        }
    }

    /// Gets what a write lacks; returns when waiting for room must end.
    private long supply(Need need, long deadline) throws FsException {
        switch (need) {
            case NOTHING -> {}
            case SLICE_ID -> data.ids().draw();
            case ROOM -> {
                long end = deadline == 0 ? data.deadline() : deadline;
                data.buffers().awaitRoom(this, end);
                return end;
            }
        }
        return deadline;
    }

    /// Writes as much as it can without waiting; returns the count of bytes.
    private long writeSome(long offset, MemorySegment source, Timestamp time) {
        long done = 0;
        lacksId = false;
        while (done < source.byteSize()) {
            long at = offset + done;
            int chunk = (int) (at / Sizes.CHUNK);
            int pos = (int) (at % Sizes.CHUNK);
            int count = (int) Math.min(source.byteSize() - done, Sizes.CHUNK - pos);
            int taken = writePart(chunk, pos, source.asSlice(done, count), time);
            if (taken == 0) {
                return done;
            }
            done += taken;
        }
        return done;
    }

    /// Writes up to the end of one block; 0 when there is no id or no room.
    private int writePart(int chunk, int pos, MemorySegment source, Timestamp time) {
        boolean wasEmpty = pending.isEmpty();
        PendingSlice slice = pending.find(chunk, pos, (int) source.byteSize());
        int count = (int) Math.min(source.byteSize(), slice == null ? blockSize : slice.roomAfter(pos));
        if (slice == null) {
            slice = begin(chunk, pos, count);
            if (slice == null) {
                return 0;
            }
        } else if (!makeRoom(slice, pos, count)) {
            return 0;
        }
        int before = slice.length();
        slice.copyIn(pos, source.asSlice(0, count), time, data.nanoTime());
        pending.wrote(slice, before);
        if (wasEmpty) {
            data.becameDirty(this);
        }
        return count;
    }

    private @Nullable PendingSlice begin(int chunk, int pos, int count) {
        BlockBuffer buffer = pending.size() < PendingSlices.SLICES_MAX ? data.tryBuffer(count) : null;
        if (buffer == null) {
            return null;
        }
        long id = data.ids().tryTake();
        if (id == 0) {
            lacksId = true;
            data.giveBack(buffer);
            return null;
        }
        PendingSlice slice = pending.begin(id, chunk, pos, data.nanoTime());
        slice.setBuffer(0, buffer);
        return slice;
    }

    /// Sees to it that the block at `pos` has memory for `count` bytes from there. The first block of a
    /// slice begins small and grows fourfold, so that many small files fit; later ones are whole at once.
    private boolean makeRoom(PendingSlice slice, int pos, int count) {
        int block = slice.blockAt(pos);
        BlockBuffer old = slice.buffer(block);
        int needed = blockSize - slice.roomAfter(pos) + count;
        if (old != null && old.capacityBytes() >= needed) {
            return true;
        }
        int wanted = blockSize;
        if (block == 0) {
            wanted = Math.max(needed, old == null ? 0 : (int) Math.min(4L * old.capacityBytes(), blockSize));
        }
        BlockBuffer larger = data.tryBuffer(wanted);
        if (larger == null) {
            return false;
        }
        if (old != null) {
            int used = slice.length() - block * blockSize;
            MemorySegment.copy(old.memory(), 0, larger.memory(), 0, used);
        }
        slice.setBuffer(block, larger);
        if (old != null) {
            data.giveBack(old);
        }
        return true;
    }

    /// The same as [#write] if the bytes can be copied into memory at once. False if not, or if an earlier
    /// failure waits to be told: then they are to be written by [#write]; some of them may have been taken
    /// already. Never waits.
    public boolean tryWrite(long offset, MemorySegment source, Timestamp time) {
        if (offset < 0 || offset > Sizes.FILE_MAX - source.byteSize() || sticky != null || !lock.tryLock()) {
            return false;
        }
        long done;
        List<BlockUpload> uploads;
        try {
            done = writeSome(offset, source, time);
            uploads = takeUploads();
        } finally {
            lock.unlock();
        }
        data.submit(uploads);
        return done == source.byteSize();
    }

    /// What is written but not committed, or null. Answers without waiting.
    public @Nullable Pending pending() {
        return pending.shown();
    }

    // ---- Uploading ----

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
                keep(failure);
            }
            buffer = isStored
                    ? upload.slice().blockStored(upload.block())
                    : upload.slice().blockFailed(upload.block(), failure);
            rest = isStored ? List.of() : takeUploads();
            changed.signalAll();
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

    private List<BlockUpload> takeUploads() {
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

    // ---- Committing ----

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
        // Slices that were begun earlier may have been written to later: the stored time never runs backwards.
        committedTime = slice.time().compareTo(committedTime) > 0 ? slice.time() : committedTime;
        Timestamp time = committedTime;
        FsException failure = slice.failure();
        int records = 0;
        lock.unlock();
        try {
            if (failure == null) {
                records = data.commits().append(new ChunkKey(inode, slice.chunk()), slice.record(), time, durability);
            }
        } catch (FsException e) {
            failure = e;
        } catch (RuntimeException e) {
            failure = new FsException(Errno.EIO, "the commit of slice " + slice.record() + " broke off", e);
        } finally {
            lock.lock();
            committed(slice, records, failure);
        }
        afterCommit(slice, records, failure);
    }

    private void committed(PendingSlice slice, int records, @Nullable FsException failure) {
        isCommitting = false;
        pending.removeHead();
        if (failure == null) {
            lists.appended(slice.chunk(), slice.record(), records, data.nanoTime());
        } else {
            keep(failure);
            lists.forget();
        }
        if (pending.isEmpty()) {
            committedTime = Timestamp.EPOCH;
            data.becameClean(this);
        }
        changed.signalAll();
    }

    private void afterCommit(PendingSlice slice, int records, @Nullable FsException failure) {
        lock.unlock();
        try {
            if (failure == null) {
                data.compactor().afterCommit(new ChunkKey(inode, slice.chunk()), records);
            } else if (slice.failure() != null || SliceCommits.isRefusal(failure)) {
                data.deleteStored(slice.stored());
            }
        } finally {
            lock.lock();
        }
    }

    private void keep(@Nullable FsException failure) {
        if (sticky == null) {
            sticky = failure;
        }
    }

    private void throwSticky() throws FsException {
        FsException failure = sticky;
        if (failure != null) {
            throw new FsException(failure.errno(), String.valueOf(failure.getMessage()), failure);
        }
    }

    // ---- Flushing ----

    /// Returns once everything written before is stored and committed. Throws, once, the failure of what
    /// could not be; EIO when it takes too long, EINTR when interrupted: it goes on in the background then.
    public void flush() throws FsException {
        lock.lock();
        try {
            long last = pending.newest();
            if (last >= 0) {
                drain(last, Durability.COMMITTED);
            }
            throwAndClearSticky();
        } finally {
            lock.unlock();
        }
    }

    /// Returns once everything written before survives a power cut. Throws as [#flush()].
    public void barrier() throws FsException {
        boolean isCovered = false;
        lock.lock();
        try {
            long last = pending.newest();
            if (last >= 0) {
                isCovered = drain(last, Durability.POWER_SAFE);
            }
            throwAndClearSticky();
        } finally {
            lock.unlock();
        }
        if (!isCovered) {
            data.unsynced().sync(inode);
            data.log().barrier();
        }
    }

    private void throwAndClearSticky() throws FsException {
        try {
            throwSticky();
        } finally {
            sticky = null;
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
                    isCovered = sticky == null;
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
            boolean _ = changed.await(left, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while flushing inode " + inode, e);
        }
    }

    /// Waits until the queue of slices is shorter or something else has happened, at most `nanos`.
    void awaitShorterQueue(long nanos) {
        lock.lock();
        try {
            for (long left = nanos; pending.size() >= PendingSlices.SLICES_MAX && left > 0; ) {
                left = changed.awaitNanos(left);
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

    /// Whether nothing is pending and no failure waits to be told: a flush would have nothing to do. Never
    /// waits.
    public boolean isClean() {
        return pending.shown() == null && sticky == null;
    }

    // ---- Reading ----

    /// The read-ahead state of a handle.
    public ReadStream newStream() {
        return new ReadStream(blockSize, data.readAheadBytes());
    }

    /// Reads up to the end of `target` or of the file, which is `fileLength` bytes long as the caller knows
    /// it (pending writes included). Returns the count. EIO when a block is missing or damaged: that part
    /// of the file only.
    public int read(ReadStream stream, long offset, MemorySegment target, long fileLength) throws FsException {
        int count = (int) Math.clamp(fileLength - offset, 0, target.byteSize());
        if (count == 0) {
            return 0;
        }
        MemorySegment wanted = target.asSlice(0, count);
        for (int attempt = 1; ; attempt++) {
            try {
                reader.run(plan(offset, wanted));
                break;
            } catch (FileReader.BlockException e) {
                // Somebody may have compacted the chunk, or we have stored and given up the slice meanwhile.
                if (attempt == READ_TRIES || !e.isMissing()) {
                    throw reader.failure(inode, e);
                }
                forgetSlices();
            }
        }
        readAhead(stream.after(offset, offset + count), fileLength);
        return count;
    }

    /// The same from memory alone: -1, with `target` in any state, unless all of it is there. Never waits
    /// for I/O.
    public int tryRead(ReadStream stream, long offset, MemorySegment target, long fileLength) {
        int count = (int) Math.clamp(fileLength - offset, 0, target.byteSize());
        if (count == 0) {
            return 0;
        }
        List<FileReader.Fetch> fetches = new ArrayList<>(2);
        try {
            for (Part part : parts(offset, target.asSlice(0, count))) {
                if (!planInMemory(part, fetches)) {
                    return -1;
                }
            }
        } catch (FsException _) {
            // The full read finds the same and says so.
            return -1;
        }
        if (!reader.tryRun(fetches)) {
            return -1;
        }
        readAhead(stream.after(offset, offset + count), fileLength);
        return count;
    }

    /// A range that lies in one chunk.
    private record Part(int chunk, int from, MemorySegment target) {
        int to() {
            return from + (int) target.byteSize();
        }

        Part between(int start, int end) {
            return new Part(chunk, start, target.asSlice(start - from, end - start));
        }
    }

    private static List<Part> parts(long offset, MemorySegment target) {
        int from = (int) (offset % Sizes.CHUNK);
        int chunk = (int) (offset / Sizes.CHUNK);
        if (from + target.byteSize() <= Sizes.CHUNK) {
            return List.of(new Part(chunk, from, target));
        }
        List<Part> parts = new ArrayList<>();
        for (long done = 0; done < target.byteSize(); ) {
            long count = Math.min(target.byteSize() - done, Sizes.CHUNK - from);
            parts.add(new Part(chunk, from, target.asSlice(done, count)));
            done += count;
            from = 0;
            chunk++;
        }
        return parts;
    }

    private List<FileReader.Fetch> plan(long offset, MemorySegment target) throws FsException {
        List<FileReader.Fetch> fetches = new ArrayList<>(2);
        for (Part part : parts(offset, target)) {
            List<Part> uncovered;
            SliceView view;
            lock.lock();
            try {
                // Pending slices first and the committed ones after: what is committed in between is seen twice,
                // never not at all.
                uncovered = overlay(part, fetches);
                view = lists.view(part.chunk, data.nanoTime());
            } finally {
                lock.unlock();
            }
            if (!uncovered.isEmpty()) {
                SliceView known = view == null ? fetchView(part.chunk) : view;
                for (Part rest : uncovered) {
                    reader.plan(new ChunkKey(inode, rest.chunk), known, rest.from, rest.target, fetches);
                }
            }
        }
        return fetches;
    }

    private boolean planInMemory(Part part, List<FileReader.Fetch> fetches) throws FsException {
        List<Part> uncovered;
        SliceView view;
        lock.lock();
        try {
            view = lists.view(part.chunk, data.nanoTime());
            if (view == null && pending.of(part.chunk).isEmpty()) {
                return false;
            }
            uncovered = overlay(part, fetches);
        } finally {
            lock.unlock();
        }
        for (Part rest : uncovered) {
            if (view == null) {
                return false;
            }
            reader.plan(new ChunkKey(inode, rest.chunk), view, rest.from, rest.target, fetches);
        }
        return true;
    }

    /// Copies what pending slices have of a part, newest first; returns what they have not.
    private List<Part> overlay(Part part, List<FileReader.Fetch> fetches) {
        List<Part> uncovered = List.of(part);
        List<PendingSlice> slices = pending.of(part.chunk);
        for (int i = slices.size() - 1; i >= 0 && !uncovered.isEmpty(); i--) {
            PendingSlice slice = slices.get(i);
            if (slice.overlaps(part.from, part.to()) && slice.failure() == null) {
                uncovered = overlay(slice, uncovered, fetches);
            }
        }
        return uncovered;
    }

    private List<Part> overlay(PendingSlice slice, List<Part> wanted, List<FileReader.Fetch> fetches) {
        List<Part> rest = new ArrayList<>();
        for (Part part : wanted) {
            int from = Math.max(part.from, slice.pos());
            int to = Math.min(part.to(), slice.pos() + slice.length());
            if (from >= to) {
                rest.add(part);
                continue;
            }
            copyOut(slice, part.between(from, to), fetches);
            if (part.from < from) {
                rest.add(part.between(part.from, from));
            }
            if (to < part.to()) {
                rest.add(part.between(to, part.to()));
            }
        }
        return rest;
    }

    private void copyOut(PendingSlice slice, Part part, List<FileReader.Fetch> fetches) {
        int at = part.from;
        while (at < part.to()) {
            int end = Math.min(part.to(), at + slice.roomAfter(at));
            BlockBuffer buffer = slice.buffer(slice.blockAt(at));
            MemorySegment target = part.between(at, end).target;
            int offset = at - slice.pos();
            if (buffer == null) {
                Slice record = slice.record();
                reader.addBlocks(record.id(), record.size(), offset, target, fetches);
            } else {
                MemorySegment.copy(buffer.memory(), offset % blockSize, target, 0, target.byteSize());
            }
            at = end;
        }
    }

    private SliceView fetchView(int chunk) throws FsException {
        lock.lock();
        long seen;
        try {
            seen = lists.changes();
        } finally {
            lock.unlock();
        }
        List<Slice> records = data.log().slices(new ChunkKey(inode, chunk));
        SliceView view = SliceView.of(records);
        lock.lock();
        try {
            lists.learn(chunk, records, view, data.nanoTime(), seen);
        } finally {
            lock.unlock();
        }
        if (records.size() >= COMPACT_VIEW_RECORDS) {
            data.compactor().afterRead(new ChunkKey(inode, chunk));
        }
        return view;
    }

    /// Metadata changed the file by other means than [#write]: forgets what was known of its chunks.
    public void forgetSlices() {
        lock.lock();
        try {
            lists.forget();
        } finally {
            lock.unlock();
        }
    }

    /// Makes the next barrier of this inode cover what `source` has not synced: slices were shared with it.
    public void adoptUnsynced(long source) {
        data.unsynced().share(source, inode);
    }

    private void readAhead(ReadStream.Window window, long fileLength) {
        if (window.isEmpty() || data.blocks().readsRanges() || window.from() >= fileLength) {
            return;
        }
        long end = Math.min(window.to(), fileLength);
        for (long at = window.from(); at < end; ) {
            int chunk = (int) (at / Sizes.CHUNK);
            int from = (int) (at % Sizes.CHUNK);
            int to = (int) Math.min(from + (end - at), Sizes.CHUNK);
            readAhead(chunk, from, to);
            at += to - from;
        }
    }

    private void readAhead(int chunk, int from, int to) {
        SliceView view;
        lock.lock();
        try {
            view = lists.view(chunk, data.nanoTime());
        } finally {
            lock.unlock();
        }
        if (view == null) {
            data.inBackground(() -> {
                try {
                    reader.prefetch(fetchView(chunk), from, to);
                } catch (FsException _) {
                    // Whoever reads there will be told.
                }
            });
        } else {
            reader.prefetch(view, from, to);
        }
    }

    /// The next byte at or after `offset` that belongs to data (or to a hole), as stored: the caller has
    /// flushed before. `fileLength` when there is no more hole; ENXIO when there is no more data or
    /// `offset` is past the end.
    public long seek(long offset, boolean data, long fileLength) throws FsException {
        if (offset < 0 || offset >= fileLength) {
            throw FsException.miss(Errno.ENXIO);
        }
        return new HoleFinder(this.data.log(), inode).find(offset, data, fileLength);
    }

    // ---- Closing ----

    /// Flushes and lets go of the inode. When the flush fails, what is left goes on in the background.
    @Override
    public void close() throws FsException {
        try {
            flush();
        } finally {
            data.release(this);
        }
    }
}
