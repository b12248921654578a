package mountagent.chunk;

import java.util.List;
import mountagent.base.FsException;
import mountagent.meta.SliceKey;

public final class SliceRemover {
    SliceRemover() {}

    public void removeFile(long inode, long length) throws FsException {}

    public void removeSlices(List<SliceKey> slices) throws FsException {}
}
