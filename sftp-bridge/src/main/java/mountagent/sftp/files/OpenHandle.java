package mountagent.sftp.files;

import mountagent.volume.DirHandle;
import mountagent.volume.FileHandle;
import mountagent.volume.VolumeFs.ListDetail;

/// What a handle stands for.
sealed interface OpenHandle {
    /// The inode that is open.
    long inode();

    /// An open file.
    record OpenFile(FileHandle handle) implements OpenHandle {
        @Override
        public long inode() {
            return handle.inode();
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
