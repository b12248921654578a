package mountagent.volume;

import java.util.concurrent.atomic.AtomicReferenceArray;
import mountagent.base.Clock;
import mountagent.meta.Node;
import org.jspecify.annotations.Nullable;

/// Which inodes had no ACL when they were last shown: `ls -l` asks for the ACLs of each entry it has just seen, and is
/// answered from here, for as long as a front end may believe attributes by default.
///
/// A table of fixed size in which inodes displace each other; what it has lost costs a read of the metadata. It stays
/// empty until somebody asks for the first time. Thread-safe.
final class AclAbsence {
    private static final int SLOTS = 1 << 16;
    private static final long VALID_NANOS = 1_000_000_000L;

    /// What was seen of an inode, or (not `isAbsent`) that its ACLs were changed here: a look-up that was under way
    /// then must not bring back what it read before.
    private record Mark(long inode, long nanos, boolean isAbsent) {}

    private final AtomicReferenceArray<@Nullable Mark> marks = new AtomicReferenceArray<>(SLOTS);
    private final Clock clock;
    private volatile boolean isWanted;

    AclAbsence(Clock clock) {
        this.clock = clock;
    }

    /// Takes note of a node that is being shown.
    void saw(long inode, Node node) {
        if (!isWanted) {
            return;
        }
        if (node.accessAcl() != 0 || node.defaultAcl() != 0) {
            forget(inode);
            return;
        }
        Mark last = marks.get(slot(inode));
        boolean wasChanged = last != null && last.inode == inode && !last.isAbsent && isFresh(last);
        if (!wasChanged) {
            marks.set(slot(inode), new Mark(inode, clock.nanoTime(), true));
        }
    }

    /// Takes note that the ACLs of an inode may have changed.
    void forget(long inode) {
        if (isWanted) {
            marks.set(slot(inode), new Mark(inode, clock.nanoTime(), false));
        }
    }

    /// Whether an inode is known to have no ACL.
    boolean isKnown(long inode) {
        isWanted = true;
        Mark mark = marks.get(slot(inode));
        return mark != null && mark.inode == inode && mark.isAbsent && isFresh(mark);
    }

    private boolean isFresh(Mark mark) {
        return clock.nanoTime() - mark.nanos < VALID_NANOS;
    }

    private static int slot(long inode) {
        return (int) (inode & SLOTS - 1);
    }
}
