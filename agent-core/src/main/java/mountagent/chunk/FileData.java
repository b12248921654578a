package mountagent.chunk;

import mountagent.base.Clock;
import mountagent.block.BlockStore;
import mountagent.meta.SliceLog;

/// The data of one volume's files.
public final class FileData implements AutoCloseable {
    public FileData(SliceLog log, BlockStore blocks, DataOptions options, Clock clock) {}

    public InodeData open(long inode) {
        throw new UnsupportedOperationException();
    }

    public SliceRemover remover() {
        throw new UnsupportedOperationException();
    }

    public Compactor compactor() {
        throw new UnsupportedOperationException();
    }

    public void barrierAll() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
