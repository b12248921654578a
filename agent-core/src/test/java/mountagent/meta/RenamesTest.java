package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import mountagent.base.AttrChange;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.meta.MetaStore.Removed;
import mountagent.meta.MetaStore.Renamed;
import org.junit.jupiter.api.Test;

/// Moving entries without a trash.
class RenamesTest extends MetaFixture {
    private Renamed rename(DentryKey from, DentryKey to, RenameFlag... flags) throws FsException {
        return rename(AGENT, from, to, flags);
    }

    private Renamed rename(Caller caller, DentryKey from, DentryKey to, RenameFlag... flags) throws FsException {
        return meta.rename(caller, from, to, Set.of(flags), 0, 0);
    }

    @Test
    void entryMovesWithinItsDirectory() throws FsException {
        long inode = file("a");
        clock.advance(1, 0);
        Renamed renamed = rename(at("a"), at("b"));
        assertEquals(inode, renamed.moved());
        assertNull(renamed.replaced());
        assertEquals(List.of("b"), names(ROOT));
        assertEquals(clock.now(), node(inode).ctime());
        assertEquals(clock.now(), node(ROOT).mtime());
    }

    @Test
    void directoryMovesWithItsLinksAndStatistics() throws FsException {
        long source = directory("s");
        long target = directory("t");
        long moved = directory(source, "d");
        clock.advance(1, 0);
        rename(at(source, "d"), at(target, "e"));
        assertEquals(2, node(source).nlink());
        assertEquals(3, node(target).nlink());
        assertEquals(target, node(moved).parent());
        assertEquals(DirStat.ZERO, stored(new Item.DirStatOf(source)));
        assertEquals(new DirStat(0, 4096, 1), stored(new Item.DirStatOf(target)));
        assertEquals(clock.now(), node(source).mtime());
        assertEquals(clock.now(), node(target).mtime());
    }

    @Test
    void linkedFileMovesItsCountedParent() throws FsException {
        long directory = directory("d");
        long inode = file("a");
        meta.link(AGENT, inode, at("b"));
        rename(at("a"), at(directory, "a"));
        assertEquals(Map.of(ROOT, 1, directory, 1), stored(new Item.ParentLinks(inode)));
        assertEquals(0, node(inode).parent());
    }

    @Test
    void fileOverFileRemovesIt() throws FsException {
        long a = file("a");
        long b = file("b");
        write(b, 0, 10);
        assertEquals(new Renamed(a, new Removed(b, 10, true, false)), rename(at("a"), at("b")));
        assertFalse(exists(b));
        assertEquals(a, meta.lookup(AGENT, at("b")).inode());
        assertEquals(1, stored(new Item.CounterOf(Counter.TOTAL_INODES)));
        deleteData();
    }

    @Test
    void openFileThatIsReplacedStaysAlive() throws FsException {
        file("a");
        long b = file("b");
        open.add(b);
        Removed replaced = rename(at("a"), at("b")).replaced();
        assertEquals(new Removed(b, 0, false, true), replaced);
        assertEquals(0, node(b).nlink());
        assertTrue(meta.closeUnlinked(b).orElseThrow().unlinked());
    }

    @Test
    void directoryOverEmptyDirectoryReplacesIt() throws FsException {
        long source = directory("s");
        long moved = directory(source, "d");
        long replaced = directory("e");
        rename(at(source, "d"), at("e"));
        assertFalse(exists(replaced));
        assertEquals(moved, meta.lookup(AGENT, at("e")).inode());
        assertEquals(4, node(ROOT).nlink());
        assertEquals(2, node(source).nlink());
    }

    @Test
    void kindsMustFitAndDirectoriesBeEmpty() throws FsException {
        long d = directory("d");
        directory("e");
        file("f");
        file(d, "x");
        refused(Errno.EISDIR, () -> rename(at("f"), at("e")));
        refused(Errno.ENOTDIR, () -> rename(at("e"), at("f")));
        refused(Errno.ENOTEMPTY, () -> rename(at("e"), at("d")));
        refused(Errno.ENOENT, () -> rename(at("x"), at("y")));
        refused(Errno.ENOENT, () -> rename(at("f"), at(77, "y")));
        refused(
                Errno.ENOTDIR,
                () -> rename(at("f"), at(meta.lookup(AGENT, at("f")).inode(), "y")));
    }

    @Test
    void impossibleNamesAreRefused() throws FsException {
        file("f");
        refused(Errno.EINVAL, () -> rename(at("f"), at("a/b")));
        refused(Errno.EINVAL, () -> rename(at("f"), at("")));
        refused(Errno.EINVAL, () -> rename(at("f"), at("..")));
        refused(Errno.EINVAL, () -> rename(at("."), at("x")));
        refused(Errno.ENAMETOOLONG, () -> rename(at("f"), at("n".repeat(256))));
        refused(Errno.EPERM, () -> rename(at("f"), at(".trash")));
        refused(Errno.EPERM, () -> rename(at(".trash"), at("x")));
        refused(Errno.EPERM, () -> rename(at("f"), at(Inodes.TRASH_ROOT, "x")));
    }

    @Test
    void sameNameAndSameInodeChangeNothing() throws FsException {
        long inode = file("a");
        meta.link(AGENT, inode, at("b"));
        Node before = node(inode);
        clock.advance(1, 0);
        assertEquals(new Renamed(inode, null), rename(at("a"), at("a")));
        assertEquals(new Renamed(inode, null), rename(at("a"), at("b")));
        assertEquals(List.of("a", "b"), names(ROOT));
        assertEquals(before, node(inode));
    }

    @Test
    void directoryCannotMoveBelowItselfAtAnyDepth() throws FsException {
        long d = directory("d");
        long e = directory(d, "e");
        long f = directory(e, "f");
        refused(Errno.EINVAL, () -> rename(at("d"), at(d, "x")));
        refused(Errno.EINVAL, () -> rename(at("d"), at(e, "x")));
        refused(Errno.EINVAL, () -> rename(at("d"), at(f, "x")));
    }

    @Test
    void exchangeSwapsBoth() throws FsException {
        long d = directory("d");
        long inner = directory(d, "x");
        long file = file("f");
        clock.advance(1, 0);
        rename(at("f"), at(d, "x"), RenameFlag.EXCHANGE);
        assertEquals(inner, meta.lookup(AGENT, at("f")).inode());
        assertEquals(file, meta.lookup(AGENT, at(d, "x")).inode());
        assertEquals(ROOT, node(inner).parent());
        assertEquals(d, node(file).parent());
        assertEquals(4, node(ROOT).nlink());
        assertEquals(2, node(d).nlink());
        assertEquals(clock.now(), node(inner).ctime());
        assertEquals(clock.now(), node(file).ctime());
        refused(Errno.ENOENT, () -> rename(at("f"), at("none"), RenameFlag.EXCHANGE));
    }

    @Test
    void exchangeOfADirectoryWithOneBelowItIsRefused() throws FsException {
        long d = directory("d");
        long e = directory(d, "e");
        directory(e, "f");
        refused(Errno.EINVAL, () -> rename(at("d"), at(e, "f"), RenameFlag.EXCHANGE));
        refused(Errno.EINVAL, () -> rename(at(e, "f"), at("d"), RenameFlag.EXCHANGE));
    }

    @Test
    void flagsSayWhatIsAllowed() throws FsException {
        file("a");
        file("b");
        refused(Errno.EEXIST, () -> rename(at("a"), at("b"), RenameFlag.NO_REPLACE));
        refused(Errno.ENOTSUP, () -> rename(at("a"), at("c"), RenameFlag.WHITEOUT));
        refused(Errno.EINVAL, () -> rename(at("a"), at("b"), RenameFlag.NO_REPLACE, RenameFlag.EXCHANGE));
        rename(at("a"), at("c"), RenameFlag.NO_REPLACE);
        assertEquals(List.of("b", "c"), names(ROOT));
    }

    @Test
    void bothDirectoriesMustBeWritable() throws FsException {
        long mine = meta.mknod(ALICE, at("m"), NodeSpec.directory(0755)).inode();
        long closed = directory("d");
        meta.mknod(ALICE, at(mine, "a"), NodeSpec.file(0644));
        file(closed, "b");
        refused(Errno.EACCES, () -> rename(ALICE, at(mine, "a"), at(closed, "a")));
        refused(Errno.EACCES, () -> rename(ALICE, at(closed, "b"), at(mine, "b")));
        rename(ALICE, at(mine, "a"), at("a"));
    }

    @Test
    void stickyDirectoriesProtectBothEnds() throws FsException {
        long sticky = directory("t");
        meta.setattr(AGENT, sticky, AttrChange.NONE.withMode(01777));
        meta.mknod(ALICE, at(sticky, "a"), NodeSpec.file(0666));
        fileOf(BOB, "b", 0666);
        refused(Errno.EPERM, () -> rename(BOB, at(sticky, "a"), at("c")));
        refused(Errno.EPERM, () -> rename(BOB, at("b"), at(sticky, "a")));
        rename(ALICE, at(sticky, "a"), at(sticky, "c"));
        rename(BOB, at("b"), at(sticky, "b"));
    }

    @Test
    void fixedNodesStay() throws FsException {
        long inode = file("a");
        file("b");
        meta.setattr(AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.IMMUTABLE));
        refused(Errno.EPERM, () -> rename(at("a"), at("c")));
        refused(Errno.EPERM, () -> rename(at("b"), at("a")));
    }
}
