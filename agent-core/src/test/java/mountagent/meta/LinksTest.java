package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import mountagent.base.AttrChange;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import org.junit.jupiter.api.Test;

/// Further names of a node.
class LinksTest extends MetaFixture {
    @Test
    void linkedFileCountsItsParents() throws FsException {
        long directory = directory("d");
        long inode = file("a");
        clock.advance(5, 0);
        Node linked = meta.link(AGENT, inode, at(directory, "b"));
        assertEquals(2, linked.nlink());
        assertEquals(0, linked.parent());
        assertEquals(clock.now(), linked.ctime());
        assertEquals(START.seconds() + 10, linked.mtime().seconds());
        assertEquals(Map.of(ROOT, 1, directory, 1), stored(new Item.ParentLinks(inode)));
        meta.link(AGENT, inode, at(directory, "c"));
        assertEquals(Map.of(ROOT, 1, directory, 2), stored(new Item.ParentLinks(inode)));
        assertEquals(clock.now(), node(directory).mtime());
    }

    @Test
    void parentStaysUncountedWhenOneLinkIsLeft() throws FsException {
        long inode = file("a");
        meta.link(AGENT, inode, at("b"));
        meta.unlink(AGENT, at("a"), inode);
        assertEquals(1, node(inode).nlink());
        assertEquals(0, node(inode).parent());
        assertEquals(Map.of(ROOT, 1), stored(new Item.ParentLinks(inode)));
    }

    @Test
    void eachDirectoryCountsALinkedFileOnceForEachLink() throws FsException {
        long directory = directory("d");
        long inode = file("a");
        write(inode, 0, 5000);
        meta.link(AGENT, inode, at(directory, "b"));
        meta.link(AGENT, inode, at(directory, "c"));
        assertEquals(new DirStat(10_000, 2 * 8192, 2), stored(new Item.DirStatOf(directory)));
        write(inode, 5000, 5000);
        assertEquals(new DirStat(20_000, 2 * 12_288, 2), stored(new Item.DirStatOf(directory)));
        assertEquals(4096 + 12_288, stored(new Item.CounterOf(Counter.USED_SPACE)));
        assertEquals(2, stored(new Item.CounterOf(Counter.TOTAL_INODES)));
    }

    @Test
    void directoriesAndTakenNamesAreRefused() throws FsException {
        long directory = directory("d");
        long inode = file("a");
        refused(Errno.EPERM, () -> meta.link(AGENT, directory, at("e")));
        refused(Errno.EPERM, () -> meta.link(AGENT, Inodes.TRASH_ROOT, at("e")));
        refused(Errno.EEXIST, () -> meta.link(AGENT, inode, at("d")));
        refused(Errno.EEXIST, () -> meta.link(AGENT, inode, at("a")));
        refused(Errno.ENOENT, () -> meta.link(AGENT, 77, at("b")));
        refused(Errno.ENOENT, () -> meta.link(AGENT, inode, at(77, "b")));
        refused(Errno.ENOTDIR, () -> meta.link(AGENT, inode, at(inode, "b")));
        refused(Errno.EPERM, () -> meta.link(AGENT, inode, at(".trash")));
        refused(Errno.EACCES, () -> meta.link(ALICE, inode, at(directory, "b")));
    }

    @Test
    void fixedFilesGetNoMoreNames() throws FsException {
        long inode = file("a");
        meta.setattr(AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.APPEND_ONLY));
        refused(Errno.EPERM, () -> meta.link(AGENT, inode, at("b")));
    }

    @Test
    void fileThatLostItsLastNameGetsNoNewOne() throws FsException {
        long inode = file("a");
        open.add(inode);
        meta.unlink(AGENT, at("a"), inode);
        refused(Errno.ENOENT, () -> meta.link(AGENT, inode, at("b")));
    }
}
