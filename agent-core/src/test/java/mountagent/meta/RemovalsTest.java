package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.NodeSpec;
import mountagent.base.XattrMode;
import mountagent.meta.MetaStore.Removed;
import org.junit.jupiter.api.Test;

/// Removing names without a trash.
class RemovalsTest extends MetaFixture {
    @Test
    void fileGoesAndItsDataWaitsToBeDeleted() throws FsException {
        long inode = file("a");
        SliceKey slice = write(inode, 0, 5000);
        meta.setXattr(AGENT, inode, FileName.of("user.x"), Bytes.utf8("v"), XattrMode.CREATE);
        assertEquals(new Removed(inode, 5000, true, false), meta.unlink(AGENT, at("a"), inode));
        assertFalse(exists(inode));
        assertEquals(List.of(), names(ROOT));
        assertEquals(List.of(), stored(new Item.XattrNames(inode)));
        assertEquals(
                List.of(new Scan.DeletedFile(inode, 5000, clock.now().seconds())),
                meta.deletedFiles(FOREVER, 10).records());
        assertEquals(0, stored(new Item.CounterOf(Counter.USED_SPACE)));
        assertEquals(0, stored(new Item.CounterOf(Counter.TOTAL_INODES)));
        assertEquals(DirStat.ZERO, stored(new Item.DirStatOf(ROOT)));
        assertEquals(List.of(slice), deleteData());
        assertEquals(List.of(), meta.deletedFiles(FOREVER, 10).records());
    }

    @Test
    void otherNodesGoWithoutATrace() throws FsException {
        long link = meta.symlink(AGENT, at("l"), Bytes.utf8("x")).inode();
        assertFalse(meta.unlink(AGENT, at("l"), link).unlinked());
        refused(Errno.ENOENT, () -> meta.readlink(link));
        assertEquals(List.of(), meta.deletedFiles(FOREVER, 10).records());
    }

    @Test
    void fileWithLinksLosesOne() throws FsException {
        long inode = file("a");
        meta.link(AGENT, inode, at("b"));
        clock.advance(1, 0);
        assertEquals(new Removed(inode, 0, false, false), meta.unlink(AGENT, at("a"), inode));
        assertEquals(1, node(inode).nlink());
        assertEquals(clock.now(), node(inode).ctime());
        assertTrue(meta.unlink(AGENT, at("b"), inode).unlinked());
        assertFalse(exists(inode));
    }

    @Test
    void openFileStaysUntilItsLastClose() throws FsException {
        long inode = file("a");
        open.add(inode);
        clock.advance(1, 0);
        assertEquals(new Removed(inode, 0, false, true), meta.unlink(AGENT, at("a"), inode));
        assertEquals(0, node(inode).nlink());
        assertEquals(clock.now(), node(inode).ctime());
        write(inode, 0, 100);
        assertEquals(4096, stored(new Item.CounterOf(Counter.USED_SPACE)));
        open.remove(inode);
        assertEquals(Optional.of(new Removed(inode, 100, true, false)), meta.closeUnlinked(inode));
        assertFalse(exists(inode));
        assertEquals(Optional.empty(), meta.closeUnlinked(inode));
        deleteData();
    }

    @Test
    void fileClosedWhileItIsUnlinkedGoesAtOnce() throws FsException {
        long inode = file("a");
        MetaStore store = MetaStore.open(engine, options().withOpenFiles(new OpenFiles() {
            private int asked;

            @Override
            public boolean isOpen(long asking) {
                return asked++ == 0;
            }
        }));
        store.openSession(Bytes.utf8("{}"), FOREVER);
        assertEquals(new Removed(inode, 0, true, false), store.unlink(AGENT, at("a"), inode));
        assertFalse(exists(inode));
    }

    @Test
    void wrongBeliefsDoNoHarm() throws FsException {
        long a = file("a");
        long b = file("b");
        meta.unlink(AGENT, at("a"), b);
        assertFalse(exists(a));
        meta.unlink(AGENT, at("b"), 0);
        long directory = directory("d");
        meta.rmdir(AGENT, at("d"), 12_345);
        assertFalse(exists(directory));
    }

    @Test
    void unlinkRefusesDirectoriesAndMissingNames() throws FsException {
        directory("d");
        refused(Errno.EPERM, () -> meta.unlink(AGENT, at("d"), 0));
        refused(Errno.ENOENT, () -> meta.unlink(AGENT, at("a"), 0));
        refused(Errno.EPERM, () -> meta.unlink(AGENT, at(".trash"), 0));
        refused(Errno.ENAMETOOLONG, () -> meta.unlink(AGENT, at("n".repeat(256)), 0));
        refused(Errno.ENOENT, () -> meta.unlink(AGENT, at(77, "a"), 0));
    }

    @Test
    void removingNeedsPermissionOfTheDirectory() throws FsException {
        long closed = directory("d");
        file(closed, "a");
        directory(closed, "e");
        refused(Errno.EACCES, () -> meta.unlink(ALICE, at(closed, "a"), 0));
        refused(Errno.EACCES, () -> meta.rmdir(ALICE, at(closed, "e"), 0));
    }

    @Test
    void stickyDirectoryProtectsWhatOthersOwn() throws FsException {
        meta.setattr(AGENT, ROOT, AttrChange.NONE.withMode(01777));
        fileOf(ALICE, "a", 0666);
        meta.mknod(ALICE, at("d"), NodeSpec.directory(0777));
        refused(Errno.EPERM, () -> meta.unlink(BOB, at("a"), 0));
        refused(Errno.EPERM, () -> meta.rmdir(BOB, at("d"), 0));
        meta.unlink(ALICE, at("a"), 0);
        meta.setattr(AGENT, ROOT, AttrChange.NONE.withUid(1001));
        meta.rmdir(BOB, at("d"), 0);
    }

    @Test
    void flagsProtectEvenFromRoot() throws FsException {
        long directory = directory("d");
        long inode = file(directory, "a");
        meta.setattr(AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.IMMUTABLE));
        refused(Errno.EPERM, () -> meta.unlink(AGENT, at(directory, "a"), 0));
        meta.setattr(AGENT, inode, AttrChange.NONE.withFlags(0));
        meta.setattr(AGENT, directory, AttrChange.NONE.withFlags(NodeFlag.APPEND_ONLY));
        refused(Errno.EPERM, () -> meta.unlink(AGENT, at(directory, "a"), 0));
    }

    @Test
    void emptyDirectoryGoesAndItsParentLosesALink() throws FsException {
        long directory = directory("d");
        clock.advance(0, 1_000_000);
        meta.rmdir(AGENT, at("d"), directory);
        assertFalse(exists(directory));
        assertEquals(2, node(ROOT).nlink());
        assertEquals(clock.now(), node(ROOT).mtime());
        assertEquals(0, stored(new Item.CounterOf(Counter.TOTAL_INODES)));
    }

    @Test
    void rmdirRefusesWhatIsNoEmptyDirectory() throws FsException {
        long directory = directory("d");
        file(directory, "a");
        file("f");
        refused(Errno.ENOTEMPTY, () -> meta.rmdir(AGENT, at("d"), directory));
        refused(Errno.ENOTDIR, () -> meta.rmdir(AGENT, at("f"), 0));
        refused(Errno.ENOENT, () -> meta.rmdir(AGENT, at("x"), 0));
        refused(Errno.EINVAL, () -> meta.rmdir(AGENT, at("."), 0));
        refused(Errno.ENOTEMPTY, () -> meta.rmdir(AGENT, at(".."), 0));
        refused(Errno.EPERM, () -> meta.rmdir(AGENT, at(".trash"), 0));
    }
}
