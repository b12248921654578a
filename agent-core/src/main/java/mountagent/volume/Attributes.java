package mountagent.volume;

import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.chunk.Pending;
import mountagent.meta.MetaStore;
import mountagent.meta.Node;
import org.jspecify.annotations.Nullable;

/// The one place where stored attributes become shown ones: the pending length and times of open, written files are
/// merged here into every reply, listings included. Thread-safe.
final class Attributes {
    /// Reads the node that is to be shown.
    @FunctionalInterface
    interface NodeSource {
        Node read() throws FsException;
    }

    private final MetaStore meta;
    private final OpenFileTable table;
    private final SeenVersions seen;
    private final AclAbsence aclAbsence;
    private final Clock clock;

    Attributes(MetaStore meta, OpenFileTable table, SeenVersions seen, AclAbsence aclAbsence, Clock clock) {
        this.meta = meta;
        this.table = table;
        this.seen = seen;
        this.aclAbsence = aclAbsence;
        this.clock = clock;
    }

    /// The attributes of `inode` read now.
    Stat of(long inode) throws FsException {
        return of(inode, () -> meta.node(inode));
    }

    /// The attributes of `inode` whose node `source` reads; it is called once, after what is pending was looked at.
    Stat of(long inode, NodeSource source) throws FsException {
        return told(untold(inode, source));
    }

    /// The same for an open, which first asks whether they are what was told before.
    Stat untold(long inode, NodeSource source) throws FsException {
        OpenInode open = table.find(inode);
        if (open == null) {
            Node node = source.read();
            aclAbsence.saw(inode, node);
            return new Stat(node.shown(inode), true);
        }
        Pending before = open.data().pending();
        long stamp = open.stamp();
        long seen = open.data().sliceChanges();
        Node node = source.read();
        aclAbsence.saw(inode, node);
        boolean _ = open.data().observed(node, seen);
        open.observe(before, node, stamp, clock.nanoTime());
        Pending after = open.data().pending();
        return new Stat(OpenInode.merged(inode, node, before), before == null && after == null);
    }

    /// The attributes for a node that was read some time ago by whoever has it: of an inode that is open here it is
    /// read again.
    Stat ofRead(long inode, Node node) throws FsException {
        if (table.find(inode) != null) {
            return of(inode);
        }
        aclAbsence.saw(inode, node);
        return told(new Stat(node.shown(inode), true));
    }

    /// The attributes of an inode that was changed (or made) in a transaction that left `node`.
    Stat ofChanged(long inode, Node node) throws FsException {
        return ofRead(inode, node);
    }

    /// The attributes of an inode that was made by the caller, who then opened it: unless somebody else opened it too,
    /// nobody can have changed it since.
    Stat ofNew(OpenInode open, Node made) throws FsException {
        return open.isShared() ? of(open.inode()) : told(new Stat(made.shown(open.inode()), true));
    }

    /// Brings what is known of an open inode up to date: its length, and which version it is of. False where a commit
    /// came between, so that the version is not judged.
    boolean observe(OpenInode open) throws FsException {
        @Nullable Pending pending = open.data().pending();
        long stamp = open.stamp();
        long seen = open.data().sliceChanges();
        Node node = meta.latestNode(open.inode());
        boolean isJudged = open.data().observed(node, seen);
        open.observe(pending, node, stamp, clock.nanoTime());
        return isJudged;
    }

    private Stat told(Stat stat) {
        seen.told(stat.attr());
        return stat;
    }
}
