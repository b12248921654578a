package mountagent.observe;

import java.lang.foreign.MemorySegment;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.volume.VirtualContent;
import mountagent.volume.VirtualFile;

/// The file `.accesslog`: each handle reads along from its opening on, whatever offset it asks for.
public final class AccessLogFile implements VirtualFile {
    private final AccessLog log;

    public AccessLogFile(AccessLog log) {
        this.log = log;
    }

    @Override
    public VirtualContent open(Caller caller) throws FsException {
        return new Lines(log.open());
    }

    @Override
    public long length() {
        return 0;
    }

    private record Lines(AccessLog.Reader reader) implements VirtualContent {
        @Override
        public int read(long offset, MemorySegment target) throws FsException {
            return reader.read(target);
        }

        @Override
        public int write(long offset, MemorySegment source) throws FsException {
            throw FsException.miss(Errno.EACCES);
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
