package mountagent.volume;

import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.meta.Dentry;
import mountagent.meta.MetaStore;
import mountagent.meta.Node;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// Listing of directories. Thread-safe.
///
/// A cookie is the position of the next entry plus [#DOTS]: 1 is behind `.`, 2 behind `..`.
final class DirectoryOperations {
    private static final int DOTS = 2;

    private final VolumeParts parts;

    DirectoryOperations(VolumeParts parts) {
        this.parts = parts;
    }

    DirHandle opendir(Caller caller, long inode) throws FsException {
        DirListing listing = parts.listings().begin(inode, parts.clock());
        try {
            listing.opened(parts.meta().opendir(caller, inode, DirListing.PAGE_ENTRIES));
            return listing;
        } catch (FsException | RuntimeException failure) {
            parts.listings().end(listing);
            throw failure;
        }
    }

    void readdir(DirHandle handle, long cookie, VolumeFs.ListDetail detail, DirSink sink) throws FsException {
        DirListing listing = of(handle);
        listing.lock().lock();
        try {
            if (cookie == 0) {
                listing.rewind();
            }
            if (dots(listing, cookie, detail, sink)) {
                entries(listing, Math.max(0, cookie - DOTS), detail, sink);
            }
        } finally {
            listing.lock().unlock();
        }
    }

    private boolean dots(DirListing listing, long cookie, VolumeFs.ListDetail detail, DirSink sink) throws FsException {
        boolean withStat = detail == VolumeFs.ListDetail.ATTRIBUTES && sink.takesStatOfDots();
        if (cookie < 1) {
            Stat self = withStat ? parts.attributes().of(listing.inode()) : null;
            if (!sink.entry(FileName.SELF, listing.inode(), FileType.DIRECTORY, 1, self)) {
                return false;
            }
        }
        if (cookie < DOTS) {
            long parent = parentOf(listing);
            Stat stat = withStat ? parts.attributes().of(parent) : null;
            return sink.entry(FileName.PARENT, parent, FileType.DIRECTORY, DOTS, stat);
        }
        return true;
    }

    private long parentOf(DirListing listing) throws FsException {
        Node opened = listing.takeOpened();
        Node node = opened == null ? parts.meta().node(listing.inode()) : opened;
        return node.parent() == 0 ? listing.inode() : node.parent();
    }

    private void entries(DirListing listing, long from, VolumeFs.ListDetail detail, DirSink sink) throws FsException {
        Scan.Detail wanted = detail == VolumeFs.ListDetail.ATTRIBUTES ? Scan.Detail.NODES : Scan.Detail.NAMES;
        for (long position = from; ; position++) {
            Scan.DirEntry entry = listing.at(parts.meta(), position, wanted);
            if (entry == null) {
                return;
            }
            if (!give(listing, entry, position + 1 + DOTS, wanted, sink)) {
                return;
            }
        }
    }

    /// Hands one entry to the sink; an entry that has gone since its page was loaded is left out.
    private boolean give(DirListing listing, Scan.DirEntry entry, long next, Scan.Detail detail, DirSink sink)
            throws FsException {
        boolean lacksNode = detail == Scan.Detail.NODES && entry.node() == null;
        Scan.DirEntry current = lacksNode || listing.isTouched(entry) ? again(listing.inode(), entry) : entry;
        if (current == null) {
            return true;
        }
        long inode = current.dentry().inode();
        Node node = current.node();
        Stat stat =
                detail == Scan.Detail.NODES && node != null ? parts.attributes().ofRead(inode, node) : null;
        return sink.entry(current.name(), inode, current.dentry().type(), next, stat);
    }

    private Scan.@Nullable DirEntry again(long directory, Scan.DirEntry entry) throws FsException {
        try {
            MetaStore.Placed now = parts.meta().lookup(Caller.AGENT, new DentryKey(directory, entry.name()));
            return new Scan.DirEntry(
                    entry.name(), new Dentry(now.inode(), now.node().type()), now.node());
        } catch (FsException failure) {
            if (failure.errno() == Errno.ENOENT) {
                return null;
            }
            throw failure;
        }
    }

    void releasedir(DirHandle handle) {
        if (handle instanceof DirListing listing) {
            parts.listings().end(listing);
        }
    }

    private static DirListing of(DirHandle handle) throws FsException {
        if (handle instanceof DirListing listing) {
            return listing;
        }
        throw new FsException(Errno.EBADF, "directory handle " + handle + " is not of this volume");
    }
}
