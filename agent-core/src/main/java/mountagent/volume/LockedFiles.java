package mountagent.volume;

import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LockMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a lock promises beyond keeping others out: who takes it sees what those who had it before wrote, on whatever
/// machine, as on NFS.
///
/// So what was written is committed before a lock is given back (or weakened), and whoever takes one looks whether the
/// file was changed elsewhere meanwhile: if so, what is known of its slices here and cached by front ends is dropped
/// before the lock is theirs. Thread-safe.
final class LockedFiles {
    private static final Logger log = LoggerFactory.getLogger(LockedFiles.class);

    private static final int LOOKS_MAX = 3;

    private final VolumeParts parts;

    LockedFiles(VolumeParts parts) {
        this.parts = parts;
    }

    /// Before a lock of `file` is asked for or given back: commits what is written. What could not be stored is told
    /// to the writer's next flush.
    void before(OpenFile file, LockMode mode) throws FsException {
        if (mode == LockMode.UNLOCK) {
            beforeDrop(file);
        } else {
            settle(file);
        }
    }

    /// The same when a lock is given back, which it is whatever becomes of the data.
    void beforeDrop(OpenFile file) {
        try {
            settle(file);
        } catch (FsException e) {
            log.warn("a lock of inode {} is given back before what was written: {}", file.inode(), e.getMessage());
        }
    }

    private static void settle(OpenFile file) throws FsException {
        if (file.open().data().pending() != null) {
            file.open().data().settle();
        }
    }

    /// After a lock of mode `mode` was taken, or one was given back. Others who take one meanwhile wait until
    /// caches are dropped.
    void after(OpenFile file, LockMode mode) {
        if (mode == LockMode.UNLOCK) {
            return;
        }
        OpenInode open = file.open();
        open.renewal().lock();
        try {
            look(open);
            if (open.hasMoreFromOthers()) {
                parts.events().dataElsewhere(open.inode());
            }
        } finally {
            open.renewal().unlock();
        }
    }

    /// Others here may write without a lock, or under one of another range: what they commit just now takes another
    /// look.
    private void look(OpenInode open) {
        try {
            open.outdateReads();
            for (int tries = 0; tries < LOOKS_MAX; tries++) {
                if (parts.attributes().observe(open)) {
                    return;
                }
            }
            open.data().lostSight();
        } catch (FsException e) {
            open.data().lostSight();
            if (e.errno() != Errno.ENOENT) {
                log.warn("whether others changed inode {} is not known: {}", open.inode(), e.getMessage());
            }
        }
    }
}
