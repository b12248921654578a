package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Locks of two clients on one file.
class FileLocksTest extends MetaFixture {
    private MetaStore other = meta;
    private long inode;

    @BeforeEach
    void openOther() throws FsException {
        other = MetaStore.open(engine, options());
        other.openSession(Bytes.utf8("{}"), FOREVER);
        inode = file("a");
    }

    @Test
    void bsdLocksExcludeOtherOwners() throws FsException {
        assertTrue(meta.tryFlock(inode, 1, LockMode.SHARED));
        assertTrue(meta.tryFlock(inode, 2, LockMode.SHARED));
        assertTrue(other.tryFlock(inode, 1, LockMode.SHARED));
        assertFalse(meta.tryFlock(inode, 1, LockMode.EXCLUSIVE));
        assertTrue(meta.tryFlock(inode, 2, LockMode.UNLOCK));
        assertTrue(other.tryFlock(inode, 1, LockMode.UNLOCK));
        assertTrue(meta.tryFlock(inode, 1, LockMode.EXCLUSIVE));
        assertFalse(other.tryFlock(inode, 1, LockMode.SHARED));
        assertTrue(meta.tryFlock(inode, 1, LockMode.SHARED));
        assertTrue(other.tryFlock(inode, 1, LockMode.SHARED));
    }

    @Test
    void unlockingWhatIsNotLockedIsFine() throws FsException {
        assertTrue(meta.tryFlock(inode, 5, LockMode.UNLOCK));
        assertTrue(meta.trySetLock(inode, 5, 1, LockMode.UNLOCK, LockRange.ALL));
    }

    @Test
    void posixLocksExcludeByRange() throws FsException {
        assertTrue(meta.trySetLock(inode, 1, 10, LockMode.EXCLUSIVE, new LockRange(0, 9)));
        assertFalse(other.trySetLock(inode, 1, 20, LockMode.SHARED, new LockRange(5, 20)));
        assertTrue(other.trySetLock(inode, 1, 20, LockMode.SHARED, new LockRange(10, 20)));
        assertTrue(meta.trySetLock(inode, 1, 10, LockMode.UNLOCK, new LockRange(5, 9)));
        assertTrue(other.trySetLock(inode, 1, 20, LockMode.SHARED, new LockRange(5, 20)));
        assertFalse(meta.trySetLock(inode, 1, 10, LockMode.EXCLUSIVE, LockRange.ALL));
    }

    @Test
    void conflictTellsItsHolderOnlyOnThisClient() throws FsException {
        meta.trySetLock(inode, 1, 10, LockMode.EXCLUSIVE, new LockRange(0, 9));
        assertEquals(
                Optional.of(new LockConflict(LockMode.EXCLUSIVE, new LockRange(0, 9), 10)),
                meta.getLock(inode, 2, LockMode.SHARED, LockRange.ALL));
        assertEquals(
                Optional.of(new LockConflict(LockMode.EXCLUSIVE, new LockRange(0, 9), 0)),
                other.getLock(inode, 2, LockMode.SHARED, LockRange.ALL));
        assertEquals(Optional.empty(), meta.getLock(inode, 1, LockMode.EXCLUSIVE, LockRange.ALL));
        assertEquals(Optional.empty(), meta.getLock(inode, 2, LockMode.UNLOCK, LockRange.ALL));
    }

    @Test
    void rangesMustBeRanges() {
        refused(Errno.EINVAL, () -> meta.trySetLock(inode, 1, 1, LockMode.SHARED, new LockRange(-1, 5)));
        refused(Errno.EINVAL, () -> meta.trySetLock(inode, 1, 1, LockMode.SHARED, new LockRange(6, 5)));
    }

    @Test
    void locksNeedASession() throws FsException {
        MetaStore without = MetaStore.open(engine, options());
        refused(Errno.ENOLCK, () -> without.tryFlock(inode, 1, LockMode.SHARED));
        refused(Errno.ENOLCK, () -> without.trySetLock(inode, 1, 1, LockMode.SHARED, LockRange.ALL));
    }

    @Test
    void endOfASessionFreesItsLocks() throws FsException {
        other.tryFlock(inode, 1, LockMode.EXCLUSIVE);
        other.trySetLock(inode, 1, 1, LockMode.EXCLUSIVE, LockRange.ALL);
        assertFalse(meta.tryFlock(inode, 1, LockMode.SHARED));
        other.closeSession();
        assertTrue(meta.tryFlock(inode, 1, LockMode.SHARED));
        assertTrue(meta.trySetLock(inode, 1, 1, LockMode.EXCLUSIVE, LockRange.ALL));
    }
}
