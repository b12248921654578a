package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.Optional;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.NodeSpec;
import org.junit.jupiter.api.Test;

/// Making nodes.
class CreationsTest extends MetaFixture {
    private static Caller withUmask(int umask) {
        return new Caller(1000, 1000, List.of(), 1, umask, Caller.Checks.CORE);
    }

    @Test
    void newFileBelongsToItsMakerAndIsEmpty() throws FsException {
        MetaStore.Placed made = meta.mknod(withUmask(022), at("a"), NodeSpec.file(0666));
        Node node = made.node();
        assertEquals(node, node(made.inode()));
        assertEquals(0644, node.mode());
        assertEquals(1000, node.uid());
        assertEquals(1000, node.gid());
        assertEquals(1, node.nlink());
        assertEquals(0, node.length());
        assertEquals(ROOT, node.parent());
        assertEquals(clock.now(), node.atime());
        assertEquals(clock.now(), node.mtime());
        assertEquals(clock.now(), node.ctime());
    }

    @Test
    void newDirectoryHasTwoLinksAndGivesItsParentOne() throws FsException {
        long directory = directory("d");
        assertEquals(2, node(directory).nlink());
        assertEquals(Node.DIRECTORY_LENGTH, node(directory).length());
        assertEquals(3, node(ROOT).nlink());
        assertEquals(DirStat.ZERO, stored(new Item.DirStatOf(directory)));
        file("f");
        assertEquals(3, node(ROOT).nlink());
    }

    @Test
    void devicesKeepTheirNumberAndOtherNodesNone() throws FsException {
        for (FileType type : List.of(FileType.BLOCK_DEVICE, FileType.CHARACTER_DEVICE)) {
            assertEquals(
                    0x123,
                    meta.mknod(AGENT, at(type.name()), new NodeSpec(type, 0600, 0x123))
                            .node()
                            .rdev());
        }
        for (FileType type : List.of(FileType.FIFO, FileType.SOCKET, FileType.FILE)) {
            assertEquals(
                    0,
                    meta.mknod(AGENT, at(type.name()), new NodeSpec(type, 0600, 0x123))
                            .node()
                            .rdev());
        }
    }

    @Test
    void symlinkHasAllBitsAndTheLengthOfItsTarget() throws FsException {
        Node node = meta.symlink(withUmask(077), at("l"), Bytes.utf8("target")).node();
        assertEquals(0777, node.mode());
        assertEquals(6, node.length());
        refused(Errno.EINVAL, () -> meta.symlink(AGENT, at("m"), Bytes.EMPTY));
        refused(Errno.EINVAL, () -> meta.symlink(AGENT, at("m"), Bytes.utf8("a\0b")));
        refused(Errno.ENAMETOOLONG, () -> meta.symlink(AGENT, at("m"), Bytes.utf8("a".repeat(4096))));
        meta.symlink(AGENT, at("m"), Bytes.utf8("a".repeat(4095)));
        refused(Errno.EINVAL, () -> meta.mknod(AGENT, at("n"), new NodeSpec(FileType.SYMLINK, 0777, 0)));
    }

    @Test
    void takenAndImpossibleNamesAreRefused() throws FsException {
        long inode = file("a");
        refused(Errno.EEXIST, () -> file("a"));
        refused(Errno.EEXIST, () -> file("."));
        refused(Errno.EEXIST, () -> directory(".."));
        refused(Errno.EINVAL, () -> file(""));
        refused(Errno.EINVAL, () -> file("a/b"));
        refused(Errno.EINVAL, () -> file("a\0"));
        refused(Errno.ENAMETOOLONG, () -> file("n".repeat(256)));
        refused(Errno.ENOTDIR, () -> file(inode, "b"));
        refused(Errno.ENOENT, () -> file(77, "b"));
        file("n".repeat(255));
    }

    @Test
    void trashIsNoPlaceForNewNames() {
        refused(Errno.EPERM, () -> file(".trash"));
        refused(Errno.EPERM, () -> file(Inodes.TRASH_ROOT, "a"));
        refused(Errno.EPERM, () -> file(Inodes.TRASH_ROOT + 1, "a"));
    }

    @Test
    void makingNeedsWriteAndSearchPermission() throws FsException {
        long closed = directory("d");
        refused(Errno.EACCES, () -> meta.mknod(ALICE, at(closed, "a"), NodeSpec.file(0644)));
        file(closed, "a");
        refused(Errno.EEXIST, () -> meta.mknod(ALICE, at(closed, "a"), NodeSpec.file(0644)));
        meta.setattr(AGENT, closed, AttrChange.NONE.withFlags(NodeFlag.IMMUTABLE));
        refused(Errno.EPERM, () -> file(closed, "b"));
    }

    @Test
    void setGroupIdDirectoryHandsDownItsGroup() throws FsException {
        long shared = directory("d");
        meta.setattr(AGENT, shared, AttrChange.NONE.withGid(500));
        meta.setattr(AGENT, shared, AttrChange.NONE.withMode(02777));
        assertEquals(
                500,
                meta.mknod(ALICE, at(shared, "a"), NodeSpec.file(0644)).node().gid());
        assertEquals(
                02755,
                meta.mknod(ALICE, at(shared, "d"), NodeSpec.directory(0755))
                        .node()
                        .mode());
        assertEquals(
                0755,
                meta.mknod(ALICE, at(shared, "x"), NodeSpec.file(02755)).node().mode());
        assertEquals(
                02755,
                meta.mknod(caller(1000, 1000, 500), at(shared, "y"), NodeSpec.file(02755))
                        .node()
                        .mode());
    }

    @Test
    void skipTrashAndTierAreInherited() throws FsException {
        long parent = directory("d");
        Node node = node(parent);
        elsewhere(new Mutation.UpdateNode(
                parent,
                node.edit()
                        .flags(NodeFlag.SKIP_TRASH | NodeFlag.WINDOWS_HIDDEN)
                        .tier(2)
                        .done()));
        Node made = meta.mknod(AGENT, at(parent, "a"), NodeSpec.file(0644)).node();
        assertEquals(NodeFlag.SKIP_TRASH, made.flags());
        assertEquals(2, made.tier());
    }

    @Test
    void parentTimesMoveWithNewEntriesButNotMoreThanTenTimesASecond() throws FsException {
        file("a");
        assertEquals(clock.now(), node(ROOT).mtime());
        assertEquals(clock.now(), node(ROOT).ctime());
        var first = clock.now();
        clock.advance(0, 99_000_000);
        file("b");
        assertEquals(first, node(ROOT).mtime());
        directory("d");
        assertEquals(clock.now(), node(ROOT).mtime());
        clock.advance(0, 100_000_000);
        file("c");
        assertEquals(clock.now(), node(ROOT).mtime());
    }

    @Test
    void countersAndStatisticsFollow() throws FsException {
        file("a");
        long directory = directory("d");
        meta.symlink(AGENT, at(directory, "l"), Bytes.utf8("abc"));
        assertEquals(3 * 4096, stored(new Item.CounterOf(Counter.USED_SPACE)));
        assertEquals(3, stored(new Item.CounterOf(Counter.TOTAL_INODES)));
        assertEquals(new DirStat(0, 2 * 4096, 2), stored(new Item.DirStatOf(ROOT)));
        assertEquals(new DirStat(0, 4096, 1), stored(new Item.DirStatOf(directory)));
    }

    @Test
    void inodesAreNeverHandedOutTwice() throws FsException {
        MetaStore other = MetaStore.open(engine, options());
        long inode = 0;
        for (int i = 0; i < 600; i++) {
            long next = file("a" + i);
            assertNotEquals(inode, next);
            inode = other.mknod(AGENT, at("b" + i), NodeSpec.file(0644)).inode();
        }
        assertEquals(1200, stored(new Item.CounterOf(Counter.TOTAL_INODES)));
    }

    @Test
    void fileWithoutNameLivesUntilItIsClosed() throws FsException {
        MetaStore.Placed made = meta.createUnnamed(ALICE, ROOT, NodeSpec.file(0600));
        assertEquals(0, made.node().nlink());
        assertEquals(List.of(), names(ROOT));
        write(made.inode(), 0, 5000);
        assertEquals(
                new MetaStore.Removed(made.inode(), 5000, true, false),
                meta.closeUnlinked(made.inode()).orElseThrow());
        refused(Errno.ENOENT, () -> node(made.inode()));
        assertEquals(0, stored(new Item.CounterOf(Counter.USED_SPACE)));
        deleteData();
    }

    @Test
    void fileWithoutNameGetsItsFirstByLink() throws FsException {
        long directory = directory("d");
        long inode = meta.createUnnamed(AGENT, ROOT, NodeSpec.file(0600)).inode();
        write(inode, 0, 5000);
        Node named = meta.link(AGENT, inode, at(directory, "a"));
        assertEquals(1, named.nlink());
        assertEquals(directory, named.parent());
        assertEquals(new DirStat(5000, 8192, 1), stored(new Item.DirStatOf(directory)));
        assertEquals(Optional.empty(), meta.closeUnlinked(inode));
        assertEquals(inode, meta.lookup(AGENT, at(directory, "a")).inode());
    }

    @Test
    void onlyFilesCanBeWithoutNameAndOnlyWithASession() throws FsException {
        refused(Errno.EINVAL, () -> meta.createUnnamed(AGENT, ROOT, NodeSpec.directory(0700)));
        MetaStore other = MetaStore.open(engine, options());
        refused(Errno.ENOTSUP, () -> other.createUnnamed(AGENT, ROOT, NodeSpec.file(0600)));
        long closed = directory("d");
        refused(Errno.EACCES, () -> meta.createUnnamed(ALICE, closed, NodeSpec.file(0600)));
    }
}
