package mountagent.chunk;

import java.lang.foreign.MemorySegment;
import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.meta.Node;
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
    private final long inode;
    private final FileData data;
    private final InodeState state;
    private final InodeCommitter committer;
    private final InodeWriter writer;
    private final InodeReader reader;
    private final int blockSize;
    /// Guarded by the table of open files.
    private int users;

    InodeData(long inode, FileData data, FileReader blocks, int blockSize) {
        this.inode = inode;
        this.data = data;
        this.blockSize = blockSize;
        this.state = new InodeState(inode, blockSize);
        this.committer = new InodeCommitter(data, state);
        this.writer = new InodeWriter(data, state, committer, blockSize);
        this.reader = new InodeReader(data, state, blocks, blockSize);
    }

    long inode() {
        return inode;
    }

    InodeCommitter committer() {
        return committer;
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

    /// Takes the bytes of `source` as written at `offset` at `time`. Waits, with a limit, while buffers are
    /// full. EFBIG past the largest file, EIO or ENOSPC when an earlier write could not be stored.
    public void write(long offset, MemorySegment source, Timestamp time) throws FsException {
        writer.write(offset, source, time);
    }

    /// The same if the bytes can be copied into memory at once. False if not, or if an earlier failure
    /// waits to be told: then they are to be written by [#write]; some of them may have been taken already.
    /// Never waits.
    public boolean tryWrite(long offset, MemorySegment source, Timestamp time) {
        return writer.tryWrite(offset, source, time);
    }

    /// What is written but not committed, or null. Never waits.
    public @Nullable Pending pending() {
        return state.shown();
    }

    /// Whether nothing is pending and no failure waits to be told: a flush would have nothing to do. Never
    /// waits.
    public boolean isClean() {
        return state.shown() == null && !state.hasFailed();
    }

    /// Returns once everything written before is stored and committed. Throws, once, the failure of what
    /// could not be; EIO when it takes too long, EINTR when interrupted: it goes on in the background then.
    public void flush() throws FsException {
        committer.flush();
    }

    /// Returns once everything written before is stored and committed, or has failed: for somebody else than
    /// the
    /// writer, whom the failure is kept for. EIO when it takes too long, EINTR when interrupted.
    public void settle() throws FsException {
        committer.settle();
    }

    /// Returns once everything written before survives a power cut. Throws as [#flush()].
    public void barrier() throws FsException {
        committer.barrier();
    }

    /// The read-ahead state of a handle.
    public ReadStream newStream() {
        return new ReadStream(blockSize, data.readAheadBytes());
    }

    /// Reads up to the end of `target` or of the file, which is `fileLength` bytes long as the caller knows
    /// it (pending writes included). Returns the count. EIO when a block is missing or damaged: that part
    /// of the file only.
    public int read(ReadStream stream, long offset, MemorySegment target, long fileLength) throws FsException {
        return reader.read(stream, offset, target, fileLength);
    }

    /// The same from memory alone: -1, with `target` in any state, unless all of it is there. Never waits
    /// for I/O.
    public int tryRead(ReadStream stream, long offset, MemorySegment target, long fileLength) {
        return reader.tryRead(stream, offset, target, fileLength);
    }

    /// Changes with all that may make records wrong: take it before reading those for [#learnSlices].
    public long sliceChanges() {
        return reader.changes();
    }

    /// Takes note of the records of the first chunk, if they were read after [#sliceChanges] was `seen`: the next
    /// second's reads there go by them.
    public void learnSlices(List<Slice> first, long seen) {
        reader.learn(0, first, seen);
    }

    /// The same for a file that was found changed: forgets what was known of its chunks before. `first` may be null.
    public void renewSlices(@Nullable List<Slice> first, long seen) {
        reader.renew(first, seen);
    }

    /// Metadata changed the file by other means than [#write]: forgets what was known of its chunks.
    public void forgetSlices() {
        reader.forget();
    }

    /// The file was read as `node`, after [#sliceChanges] was `seen`. Where others have changed it, what was
    /// known of its slices is forgotten: to be told before anybody goes by the new length. False if something
    /// was committed or forgotten since `seen`, so that the node says nothing.
    public boolean observed(Node node, long seen) {
        state.lock().lock();
        try {
            boolean isCurrent = state.lists().changes() == seen;
            if (isCurrent && state.versions().met(node)) {
                state.lists().forget();
            }
            return isCurrent;
        } finally {
            state.lock().unlock();
        }
    }

    /// The file could not be read: others may have changed it.
    public void lostSight() {
        state.lock().lock();
        try {
            state.versions().lost();
            state.lists().forget();
        } finally {
            state.lock().unlock();
        }
    }

    /// How many changes of others were met since the file was opened; some may be ours, other than by writing.
    public long changesByOthers() {
        state.lock().lock();
        try {
            return state.versions().others();
        } finally {
            state.lock().unlock();
        }
    }

    /// Makes the next barrier of this inode cover what `source` has not synced: slices were shared with it.
    public void adoptUnsynced(long source) {
        data.unsynced().share(source, inode);
    }

    /// The next byte at or after `offset` that belongs to data (or to a hole), as stored: the caller has
    /// flushed before. `fileLength` when there is no more hole; ENXIO when there is no more data or
    /// `offset` is past the end.
    public long seek(long offset, boolean wantsData, long fileLength) throws FsException {
        if (offset < 0 || offset >= fileLength) {
            throw FsException.miss(Errno.ENXIO);
        }
        return new HoleFinder(data.log(), inode).find(offset, wantsData, fileLength);
    }

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
