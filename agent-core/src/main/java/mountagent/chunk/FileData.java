package mountagent.chunk;

import mountagent.base.Clock;
import mountagent.block.BlockStore;
import mountagent.meta.SliceLog;

/// The data of one volume's files.
public final class FileData implements AutoCloseable {
    public FileData(SliceLog log, BlockStore blocks, DataOptions options, Clock clock) {}

    public InodeData open(long inode) {
        return new InodeData();
    }

    public SliceRemover remover() {
        return new SliceRemover();
    }

    public Compactor compactor() {
        return new Compactor();
    }

    public void barrierAll() {}

    @Override
    public void close() {}
}
