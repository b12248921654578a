package mountagent.volume;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.Sizes;
import mountagent.base.XattrMode;
import mountagent.meta.MetaStore;
import mountagent.meta.MetaStore.TruncateRight;
import mountagent.meta.Node;

/// Operations on names and nodes: the metadata decides, this keeps open files, caches and listeners in step with it.
/// Thread-safe.
final class NodeOperations {
    private final VolumeParts parts;
    private final Origin origin;

    NodeOperations(VolumeParts parts, Origin origin) {
        this.parts = parts;
        this.origin = origin;
    }

    Stat lookup(Caller caller, DentryKey at) throws FsException {
        at.name().checkLength();
        MetaStore.Placed found = parts.meta().lookup(caller, at);
        parts.beliefs().saw(at, found.inode());
        return parts.attributes().ofRead(found.inode(), found.node());
    }

    Stat getattr(long inode) throws FsException {
        return parts.attributes().of(inode);
    }

    Stat setattr(Caller caller, long inode, AttrChange change, TruncateRight right) throws FsException {
        Node changed = null;
        if (change.length().isPresent()) {
            changed = truncate(caller, inode, change.length().getAsLong(), right, change.dropSetIds());
        }
        if (changesMore(change)) {
            changed = changeAttributes(caller, inode, change);
        }
        return changed == null
                ? parts.attributes().of(inode)
                : parts.attributes().ofChanged(inode, changed);
    }

    private static boolean changesMore(AttrChange change) {
        return change.mode().isPresent()
                || change.uid().isPresent()
                || change.gid().isPresent()
                || change.flags().isPresent()
                || change.atime().kind() != AttrChange.TimeChange.Kind.KEEP
                || change.mtime().kind() != AttrChange.TimeChange.Kind.KEEP;
    }

    private Node changeAttributes(Caller caller, long inode, AttrChange change) throws FsException {
        OpenInode open = parts.table().find(inode);
        if (open != null) {
            if (change.mtime().kind() != AttrChange.TimeChange.Kind.KEEP) {
                open.data().flush();
            }
            open.setMayHaveSetIds(true);
        }
        Node changed = parts.meta().setattr(caller, inode, change);
        parts.listings().touched(inode);
        parts.events().attr(origin, inode);
        return changed;
    }

    private Node truncate(Caller caller, long inode, long length, TruncateRight right, boolean dropSetIds)
            throws FsException {
        if (length < 0) {
            throw new FsException(Errno.EINVAL, "length (" + length + ") must be >= 0");
        }
        if (length >= Sizes.FILE_MAX) {
            throw FsException.miss(Errno.EFBIG);
        }
        OpenInode open = parts.table().find(inode);
        Node cut = open == null
                ? parts.meta().truncate(caller, inode, length, right, dropSetIds)
                : truncateOpen(open, caller, length, right, dropSetIds);
        parts.listings().touched(inode);
        parts.events().data(origin, inode, 0, -1);
        return cut;
    }

    private Node truncateOpen(OpenInode open, Caller caller, long length, TruncateRight right, boolean dropSetIds)
            throws FsException {
        Lock exclusive = open.changes().writeLock();
        exclusive.lock();
        try {
            open.data().flush();
            Node node = parts.meta().truncate(caller, open.inode(), length, right, dropSetIds);
            open.data().forgetSlices();
            open.cutTo(node.length());
            return node;
        } finally {
            exclusive.unlock();
        }
    }

    Stat mknod(Caller caller, DentryKey at, NodeSpec spec) throws FsException {
        at.name().checkLength();
        return made(at, parts.meta().mknod(caller, at, spec));
    }

    Stat symlink(Caller caller, DentryKey at, Bytes target) throws FsException {
        at.name().checkLength();
        if (target.length() > Sizes.SYMLINK_MAX) {
            throw FsException.miss(Errno.ENAMETOOLONG);
        }
        return made(at, parts.meta().symlink(caller, at, target));
    }

    /// Tells everybody of a new entry and returns its attributes.
    Stat made(DentryKey at, MetaStore.Placed placed) throws FsException {
        appeared(at, placed.inode());
        return parts.attributes().ofChanged(placed.inode(), placed.node());
    }

    /// Tells everybody of a new entry.
    void appeared(DentryKey at, long inode) {
        entryChanged(at);
        parts.beliefs().saw(at, inode);
    }

    Stat link(Caller caller, long inode, DentryKey to) throws FsException {
        to.name().checkLength();
        Node node = parts.meta().link(caller, inode, to);
        parts.listings().touched(inode);
        parts.events().attr(origin, inode);
        return made(to, new MetaStore.Placed(inode, node));
    }

    void unlink(Caller caller, DentryKey at) throws FsException {
        removed(at, parts.meta().unlink(caller, at, parts.beliefs().behind(at)));
    }

    void rmdir(Caller caller, DentryKey at) throws FsException {
        removed(at, parts.meta().rmdir(caller, at, parts.beliefs().behind(at)));
    }

    private void removed(DentryKey at, MetaStore.Removed removed) throws FsException {
        entryChanged(at);
        parts.beliefs().forget(at);
        parts.listings().touched(removed.inode());
        parts.events().attr(origin, removed.inode());
        parts.removedData().accept(removed);
    }

    void rename(Caller caller, DentryKey from, DentryKey to, Set<RenameFlag> flags) throws FsException {
        to.name().checkLength();
        Set<RenameFlag> asked = flags.isEmpty() ? EnumSet.noneOf(RenameFlag.class) : EnumSet.copyOf(flags);
        Beliefs beliefs = parts.beliefs();
        MetaStore.Renamed renamed =
                parts.meta().rename(caller, from, to, asked, beliefs.behind(from), beliefs.behind(to));
        beliefs.forget(from);
        beliefs.forget(to);
        if (!asked.contains(RenameFlag.EXCHANGE)) {
            beliefs.saw(to, renamed.moved());
        }
        entryChanged(from);
        entryChanged(to);
        parts.listings().touched(renamed.moved());
        parts.events().attr(origin, renamed.moved());
        if (renamed.replaced() != null) {
            parts.listings().touched(renamed.replaced().inode());
            parts.events().attr(origin, renamed.replaced().inode());
            parts.removedData().accept(renamed.replaced());
        }
    }

    private void entryChanged(DentryKey at) {
        parts.listings().touched(at);
        parts.listings().touched(at.parent());
        parts.events().entry(origin, at.parent(), at.name());
    }

    Bytes getXattr(Caller caller, long inode, FileName name) throws FsException {
        boolean mayHaveAcl = MetaStore.isAcl(name) && parts.meta().format().enableAcl();
        if (mayHaveAcl && parts.aclAbsence().isKnown(inode)) {
            throw FsException.miss(Errno.ENODATA);
        }
        return parts.meta().getXattr(caller, inode, name);
    }

    List<FileName> listXattr(Caller caller, long inode) throws FsException {
        return parts.meta().listXattr(caller, inode);
    }

    void setXattr(Caller caller, long inode, FileName name, Bytes value, XattrMode mode, boolean dropSetGroupId)
            throws FsException {
        if (dropSetGroupId) {
            parts.meta().setXattrOutsideGroup(caller, inode, name, value, mode);
        } else {
            parts.meta().setXattr(caller, inode, name, value, mode);
        }
        parts.aclAbsence().forget(inode);
        parts.listings().touched(inode);
        parts.events().attr(origin, inode);
    }

    void removeXattr(Caller caller, long inode, FileName name) throws FsException {
        parts.meta().removeXattr(caller, inode, name);
        parts.aclAbsence().forget(inode);
        parts.listings().touched(inode);
        parts.events().attr(origin, inode);
    }
}
