package mountagent.volume;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.chunk.ReadStream;

/// One open handle of a file. Thread-safe.
final class OpenFile implements FileHandle {
    private final OpenInode open;
    private final OpenSpec spec;
    private final ReadStream stream;
    private final boolean mayKeepCache;
    private final AtomicBoolean releaseAnnounced = new AtomicBoolean();
    private final Set<Long> posixOwners = ConcurrentHashMap.newKeySet();
    private volatile boolean mayHaveFlock;

    OpenFile(OpenInode open, OpenSpec spec, boolean mayKeepCache) {
        this.open = open;
        this.spec = spec;
        this.stream = open.data().newStream();
        this.mayKeepCache = mayKeepCache;
    }

    /// The handle behind what a front end hands back.
    static OpenFile of(FileHandle handle) throws FsException {
        if (handle instanceof OpenFile file) {
            return file;
        }
        throw new FsException(Errno.EBADF, "handle " + handle + " is not of this volume");
    }

    @Override
    public long inode() {
        return open.inode();
    }

    @Override
    public OpenSpec spec() {
        return spec;
    }

    @Override
    public boolean mayKeepCache() {
        return mayKeepCache;
    }

    @Override
    public boolean bypassesCache() {
        return false;
    }

    OpenInode open() {
        return open;
    }

    ReadStream stream() {
        return stream;
    }

    /// Whether a BSD lock was ever taken through this handle.
    boolean mayHaveFlock() {
        return mayHaveFlock;
    }

    void flocked() {
        mayHaveFlock = true;
    }

    /// The owners that took POSIX locks through this handle and have not closed it since. Once the handle
    /// ends, what is left are owners that are handles themselves (open file description locks): no close of
    /// a process drops those.
    Set<Long> posixOwners() {
        return posixOwners;
    }

    /// Whether a lock may have to be dropped when the handle ends.
    boolean mayHaveLocks() {
        return mayHaveFlock || !posixOwners.isEmpty();
    }

    /// Says that the handle's locks are about to be dropped, before whoever asks next can find them taken.
    void announceLockRelease() {
        if (releaseAnnounced.compareAndSet(false, true)) {
            open.lockReleaseBegins();
        }
    }

    /// Ends what [#announceLockRelease] began.
    void endLockRelease() {
        if (releaseAnnounced.compareAndSet(true, false)) {
            open.lockReleaseEnds();
        }
    }

    void requireWritable() throws FsException {
        if (!spec.access().writes()) {
            throw FsException.miss(Errno.EBADF);
        }
    }

    void requireReadable() throws FsException {
        if (!spec.access().reads()) {
            throw FsException.miss(Errno.EBADF);
        }
    }
}
