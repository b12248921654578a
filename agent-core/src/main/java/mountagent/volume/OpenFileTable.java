package mountagent.volume;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import mountagent.chunk.InodeData;
import mountagent.meta.OpenFiles;
import org.jspecify.annotations.Nullable;

/// Which inodes are open in this process, by how many handles.
///
/// Thread-safe. An inode enters before its node is looked at and leaves after its last byte was flushed, so that a
/// removal that asks [#isOpen] inside its transaction errs only towards "open"; [FileOperations] and
/// [RemovedData] look again afterwards.
public final class OpenFileTable implements OpenFiles {
    /// Opens the data of an inode that enters the table.
    interface DataSource {
        InodeData open(long inode);
    }

    private final ConcurrentHashMap<Long, OpenInode> inodes = new ConcurrentHashMap<>();

    /// Whether any handle of this process has the inode open.
    @Override
    public boolean isOpen(long inode) {
        return inodes.containsKey(inode);
    }

    /// The inode with one more handle; the caller owes a [#release].
    OpenInode acquire(long inode, DataSource source) {
        return inodes.compute(inode, (key, known) -> {
            OpenInode open = known == null ? new OpenInode(key, source.open(key)) : known;
            open.addHandle();
            return open;
        });
    }

    /// The inode if it is open, without a claim on it.
    @Nullable
    OpenInode find(long inode) {
        return inodes.get(inode);
    }

    /// Takes back one handle. True when it was the last: the inode has left the table and is the caller's to end.
    boolean release(OpenInode open) {
        return inodes.compute(open.inode(), (_, known) -> known != null && known.removeHandle() > 0 ? known : null)
                == null;
    }

    /// All that is open at this moment.
    List<OpenInode> all() {
        return new ArrayList<>(inodes.values());
    }
}
