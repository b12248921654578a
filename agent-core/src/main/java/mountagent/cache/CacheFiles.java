package mountagent.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import mountagent.cache.sys.DiskSpace;

/// The file system under a cache directory, so that a test can have it fail. Thread-safe; every call may wait
/// for the disk.
interface CacheFiles {
    /// Opens a block's file; its caller is the first holder.
    BlockFile open(Path path, int length) throws IOException, BlockFile.CorruptException;

    /// Writes the pieces, one after the other, to a file that appears whole or not at all, making its
    /// directories. False when another process is writing the same file.
    boolean write(Path target, ByteBuffer... pieces) throws IOException;

    /// Deletes a file; whether it was there.
    boolean delete(Path path) throws IOException;

    /// The space on the disk of a directory.
    DiskSpace space(Path directory) throws IOException;

    /// A number for the disk that `path`, or what exists of it, lies on; 0 where that is not told.
    long device(Path path) throws IOException;
}
