package mountagent.tests.interop;

import java.util.List;
import mountagent.base.FsException;

/// One client of a volume that two clients share.
///
/// Paths are absolute, and Latin-1: one character a byte, so that names can hold any byte. A client opens and closes a
/// file for each call.
interface Client {
    /// What a path shows without following it: type as in `FileType`, permission bits, length, time in milliseconds.
    record Shown(String type, int permissions, long length, long mtimeMillis) {}

    /// Writes `length` bytes of [Noise] `seed` at `offset`, to a new file if there is none.
    void write(String path, long seed, long offset, long length) throws FsException;

    /// What the whole file reads as.
    FileSum sum(String path) throws FsException;

    /// Opens a file and reads its beginning.
    Held hold(String path) throws FsException;

    void truncate(String path, long length) throws FsException;

    void mkdir(String path) throws FsException;

    void rename(String source, String target) throws FsException;

    /// Removes a file, a link or an empty directory.
    void remove(String path) throws FsException;

    void symlink(String target, String path) throws FsException;

    String readlink(String path) throws FsException;

    Shown stat(String path) throws FsException;

    /// The names in a directory, in no order.
    List<String> names(String directory) throws FsException;

    /// A file that stays open.
    interface Held extends AutoCloseable {
        /// What the whole file reads as through this handle.
        FileSum sum() throws FsException;

        @Override
        void close() throws FsException;
    }
}
