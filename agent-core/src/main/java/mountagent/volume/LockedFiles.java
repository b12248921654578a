package mountagent.volume;

import mountagent.base.Attr;
import mountagent.base.FsException;
import mountagent.base.LockMode;
import mountagent.meta.Node;
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

    private final VolumeParts parts;

    LockedFiles(VolumeParts parts) {
        this.parts = parts;
    }

    /// Before a lock of `file` is asked for or given back: commits what is written. What could not be stored is told to
    /// the writer's next flush, not here.
    void before(OpenFile file) throws FsException {
        OpenInode open = file.open();
        if (open.data().pending() != null) {
            open.data().settle();
        }
    }

    /// After a lock of mode `mode` was taken, or one was given back.
    void after(OpenFile file, LockMode mode) {
        if (mode != LockMode.UNLOCK && isChangedElsewhere(file.open())) {
            file.open().data().forgetSlices();
            parts.events().dataElsewhere(file.inode());
        }
    }

    /// Whether others may have changed the file since this was last asked, or it was opened. Where that cannot be told,
    /// they may.
    private boolean isChangedElsewhere(OpenInode open) {
        Attr attr;
        try {
            int cuts = open.cuts();
            Node node = parts.meta().latestNode(open.inode());
            open.observe(open.data().pending(), node, cuts, parts.clock().nanoTime());
            attr = node.shown(open.inode());
        } catch (FsException e) {
            log.warn("whether inode {} was changed by others is not known: {}", open.inode(), e.getMessage());
            boolean _ = open.sawVersion(FileVersion.UNKNOWN);
            return true;
        }
        boolean isOurs = open.data().isChangeOurs(attr.mtime());
        return !open.sawVersion(FileVersion.of(attr)) && !isOurs;
    }
}
