package mountagent.volume;

import java.lang.foreign.MemorySegment;
import mountagent.base.FsException;

/// One open handle of a virtual file. Thread-safe; a front end keeps nothing of it in a cache.
public interface VirtualContent extends AutoCloseable {
    /// Fills `target` from byte `offset` and returns how many bytes there were, 0 when there are none (yet). May
    /// wait, within seconds; EINTR when it is interrupted.
    int read(long offset, MemorySegment target) throws FsException;

    /// Takes all of `source` at `offset`. EACCES when nothing may be written.
    int write(long offset, MemorySegment source) throws FsException;

    /// Ends the handle, and what was going on for it alone.
    @Override
    void close();
}
