package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.volume.DirSink;
import mountagent.volume.Stat;
import mountagent.volume.VolumeFs.ListDetail;
import org.jspecify.annotations.Nullable;

/// One page of a listing in the form of the protocol: dirent records, each after an entry_out when attributes
/// were asked for (fuse.md §4).
final class DirectoryPage implements DirSink {
    /// Bytes before the name in `struct fuse_dirent`.
    private static final int DIRENT_HEADER = 24;

    private final MemorySegment target;
    private final boolean withEntries;
    private final NodeEncoder encoder;
    private int length;
    private boolean refused;

    DirectoryPage(MemorySegment target, ListDetail detail, NodeEncoder encoder) {
        this.target = target;
        this.withEntries = detail == ListDetail.ATTRIBUTES;
        this.encoder = encoder;
    }

    /// Bytes written so far.
    int length() {
        return length;
    }

    /// Whether an entry did not fit.
    boolean isRefused() {
        return refused;
    }

    /// An entry without attributes, and `.` and `..`, carry node 0: the kernel links nothing then and counts
    /// no look-up.
    @Override
    public boolean entry(FileName name, long inode, FileType type, long cookie, @Nullable Stat stat) {
        int direntAt = withEntries ? length + NodeEncoder.ENTRY_LENGTH : length;
        int nameEnd = direntAt + DIRENT_HEADER + name.length();
        int end = nameEnd + 7 & ~7;
        if (end > target.byteSize()) {
            refused = true;
            return false;
        }
        if (withEntries) {
            if (stat != null && !name.isDots()) {
                encoder.putEntry(target, length, stat);
            } else {
                encoder.putNoEntry(target, length);
            }
        }
        target.set(Request.LONG, direntAt, inode);
        target.set(Request.LONG, direntAt + 8, cookie);
        target.set(Request.INT, direntAt + 16, name.length());
        target.set(Request.INT, direntAt + 20, FileModes.listed(type));
        for (int i = 0; i < name.length(); i++) {
            target.set(ValueLayout.JAVA_BYTE, direntAt + DIRENT_HEADER + i, name.at(i));
        }
        for (int at = nameEnd; at < end; at++) {
            target.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
        }
        length = end;
        return true;
    }

    /// The kernel takes none for them.
    @Override
    public boolean takesStatOfDots() {
        return false;
    }
}
