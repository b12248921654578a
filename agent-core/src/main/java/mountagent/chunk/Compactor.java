package mountagent.chunk;

import mountagent.base.FsException;
import mountagent.meta.ChunkKey;

public final class Compactor {
    Compactor() {}

    public void request(ChunkKey chunk) {}

    public boolean compact(ChunkKey chunk) throws FsException {
        return false;
    }
}
