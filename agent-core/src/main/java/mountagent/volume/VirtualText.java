package mountagent.volume;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import mountagent.base.Errno;
import mountagent.base.FsException;

/// A virtual file's contents that were made at its opening and do not change. Thread-safe.
public final class VirtualText implements VirtualContent {
    private final byte[] bytes;

    /// Contents that are a copy of `bytes`.
    public VirtualText(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    @Override
    public int read(long offset, MemorySegment target) {
        if (offset < 0 || offset >= bytes.length) {
            return 0;
        }
        int count = (int) Math.min(bytes.length - offset, target.byteSize());
        MemorySegment.copy(bytes, (int) offset, target, ValueLayout.JAVA_BYTE, 0, count);
        return count;
    }

    @Override
    public int write(long offset, MemorySegment source) throws FsException {
        throw FsException.miss(Errno.EACCES);
    }

    @Override
    public void close() {
        // nothing was opened
    }
}
