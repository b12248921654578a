package mountagent.chunk;

import java.lang.foreign.MemorySegment;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import org.jspecify.annotations.Nullable;

/// What is known about one open inode's data.
public final class InodeData implements AutoCloseable {
    InodeData() {}

    public void write(long offset, MemorySegment source, Timestamp time) throws FsException {}

    /// The same if the bytes can be copied into memory at once; false (and nothing done) if not, or if an earlier
    /// failure waits to be told. Never waits.
    public boolean tryWrite(long offset, MemorySegment source, Timestamp time) {
        return false;
    }

    /// Whether nothing is pending and no failure waits to be told: a flush would have nothing to do. Never waits.
    public boolean isClean() {
        return false;
    }

    public int read(ReadStream stream, long offset, MemorySegment target, long fileLength) throws FsException {
        return 0;
    }

    public int tryRead(ReadStream stream, long offset, MemorySegment target, long fileLength) {
        return -1;
    }

    public ReadStream newStream() {
        return new ReadStream();
    }

    public @Nullable Pending pending() {
        return null;
    }

    public void flush() throws FsException {}

    public void barrier() throws FsException {}

    public void forgetSlices() {}

    /// Makes the next barrier of this inode cover what `source` has not synced: slices were shared with it.
    public void adoptUnsynced(long source) {}

    public long seek(long offset, boolean data, long fileLength) throws FsException {
        return offset;
    }

    @Override
    public void close() throws FsException {}
}
