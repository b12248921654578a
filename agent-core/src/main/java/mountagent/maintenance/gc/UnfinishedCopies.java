package mountagent.maintenance.gc;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.FsException;
import mountagent.base.Tally;
import mountagent.meta.Cursor;
import mountagent.meta.Item;
import mountagent.meta.MetaStore;
import mountagent.meta.Node;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Trees that somebody began to copy and left without an entry (reference: semantics.md §8, clone).
final class UnfinishedCopies {
    private static final Logger LOG = LoggerFactory.getLogger(UnfinishedCopies.class);
    private static final int PAGE = 1000;

    private final MetaStore meta;

    UnfinishedCopies(MetaStore meta) {
        this.meta = meta;
    }

    /// Removes those that were begun before `beforeSeconds`. One that has an entry after all is somebody's:
    /// it stays.
    void remove(long beforeSeconds) throws FsException {
        List<Long> old = new ArrayList<>();
        Cursor at = Cursor.START;
        while (at != null) {
            Page<Scan.DetachedNode> page = meta.engine().scan(new Scan.DetachedNodes(), at, PAGE);
            page.records().stream()
                    .filter(detached -> detached.time() < beforeSeconds)
                    .forEach(detached -> old.add(detached.inode()));
            at = page.next();
        }
        for (long inode : old) {
            if (hasEntry(inode)) {
                LOG.warn("inode {} is marked as an unfinished copy, but has an entry: it is left alone", inode);
            } else {
                meta.trees().removeDetached(inode, new Tally());
                LOG.info("removed the unfinished copy {}", inode);
            }
        }
    }

    private boolean hasEntry(long inode) throws FsException {
        Item.NodeOf item = new Item.NodeOf(inode);
        Node node = meta.engine().read(ReadPlan.of(item), reader -> reader.get(item));
        Cursor at = node == null ? null : Cursor.START;
        while (node != null && at != null) {
            Page<Scan.DirEntry> page = meta.list(node.parent(), Scan.Detail.NAMES, at, PAGE);
            if (page.records().stream().anyMatch(entry -> entry.dentry().inode() == inode)) {
                return true;
            }
            at = page.next();
        }
        return false;
    }
}
