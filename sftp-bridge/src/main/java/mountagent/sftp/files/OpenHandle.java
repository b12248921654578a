package mountagent.sftp.files;

import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.Bytes;
import mountagent.volume.DirHandle;
import mountagent.volume.FileHandle;
import mountagent.volume.VolumeFs.ListDetail;

/// What a handle stands for.
sealed interface OpenHandle {
    /// The inode that is open.
    long inode();

    /// An open file, by which path it was opened, and what went through it.
    final class OpenFile implements OpenHandle {
        private final FileHandle handle;
        private final Bytes path;
        private final AtomicLong read = new AtomicLong();
        private final AtomicLong written = new AtomicLong();

        OpenFile(FileHandle handle, Bytes path) {
            this.handle = handle;
            this.path = path;
        }

        @Override
        public long inode() {
            return handle.inode();
        }

        FileHandle handle() {
            return handle;
        }

        Bytes path() {
            return path;
        }

        void hasRead(long bytes) {
            read.addAndGet(bytes);
        }

        void hasWritten(long bytes) {
            written.addAndGet(bytes);
        }

        long readBytes() {
            return read.get();
        }

        long writtenBytes() {
            return written.get();
        }
    }

    /// A listing under way. Used by one request at a time.
    final class Listing implements OpenHandle {
        private final DirHandle handle;
        private final ListDetail detail;

        /// Where it goes on.
        long cookie;

        /// Whether everything was told.
        boolean isAtEnd;

        Listing(DirHandle handle, ListDetail detail) {
            this.handle = handle;
            this.detail = detail;
        }

        @Override
        public long inode() {
            return handle.inode();
        }

        DirHandle handle() {
            return handle;
        }

        ListDetail detail() {
            return detail;
        }
    }
}
