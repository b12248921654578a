package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import mountagent.base.AttrChange;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.RenameFlag;
import mountagent.meta.MetaStore.Removed;
import org.junit.jupiter.api.Test;

/// Removing names while the volume keeps them for a day.
class TrashTest extends MetaFixture {
    private static final String HOUR = "2026-01-01-00";
    private static final long FIRST_HOUR = Inodes.TRASH_ROOT + 1;

    @Override
    VolumeFormat format() {
        return super.format().withTrashDays(1);
    }

    @Test
    void removedFileLiesInTheDirectoryOfItsHour() throws FsException {
        long inode = file("gone");
        write(inode, 0, 5000);
        clock.advance(1, 0);
        assertEquals(new Removed(inode, 5000, false, false), meta.unlink(AGENT, at("gone"), inode));
        assertEquals(List.of(HOUR), names(Inodes.TRASH_ROOT));
        assertEquals(List.of("1-" + inode + "-gone"), names(FIRST_HOUR));
        assertEquals(1, node(inode).nlink());
        assertEquals(FIRST_HOUR, node(inode).parent());
        assertEquals(clock.now(), node(inode).ctime());
        assertEquals(0555, node(FIRST_HOUR).mode());
        assertEquals(8192 + 4096, stored(new Item.CounterOf(Counter.USED_SPACE)));
        assertEquals(2, stored(new Item.CounterOf(Counter.TOTAL_INODES)));
        assertEquals(DirStat.ZERO, stored(new Item.DirStatOf(ROOT)));
        assertEquals(new DirStat(5000, 8192, 1), stored(new Item.DirStatOf(FIRST_HOUR)));
    }

    @Test
    void nextHourHasADirectoryOfItsOwn() throws FsException {
        file("a");
        file("b");
        meta.unlink(AGENT, at("a"), 0);
        clock.advance(3600, 0);
        meta.unlink(AGENT, at("b"), 0);
        assertEquals(List.of(HOUR, "2026-01-01-01"), names(Inodes.TRASH_ROOT));
        assertEquals(1, names(FIRST_HOUR + 1).size());
    }

    @Test
    void anotherClientFindsTheDirectoryOfTheHour() throws FsException {
        file("a");
        file("b");
        meta.unlink(AGENT, at("a"), 0);
        MetaStore other = MetaStore.open(engine, options());
        other.unlink(AGENT, at("b"), 0);
        assertEquals(2, names(FIRST_HOUR).size());
        assertEquals(1, names(Inodes.TRASH_ROOT).size());
    }

    @Test
    void fullVolumeCanStillRemove() throws FsException {
        long inode = file("a");
        MetaStore.update(engine, meta.format().withCapacityBytes(4096).withInodes(1), clock);
        meta.reload();
        refused(Errno.ENOSPC, () -> file("b"));
        meta.unlink(AGENT, at("a"), inode);
        assertEquals(1, names(FIRST_HOUR).size());
    }

    @Test
    void failedRemovalMakesNoDirectory() {
        refused(Errno.ENOENT, () -> meta.unlink(AGENT, at("a"), 0));
        refused(Errno.ENOENT, () -> meta.node(FIRST_HOUR));
    }

    @Test
    void longNameIsCutByBytes() throws FsException {
        String name = "ä".repeat(127);
        long inode = file(name);
        meta.unlink(AGENT, at(name), inode);
        FileName kept = meta.list(FIRST_HOUR, Scan.Detail.NAMES, Cursor.START, 10)
                .records()
                .getFirst()
                .name();
        byte[] whole = ("1-" + inode + "-" + name).getBytes(StandardCharsets.UTF_8);
        assertEquals(FileName.wrap(Arrays.copyOf(whole, 255)), kept);
    }

    @Test
    void emptyDirectoryIsKeptWithoutStatistics() throws FsException {
        long directory = directory("d");
        meta.rmdir(AGENT, at("d"), directory);
        assertEquals(FIRST_HOUR, node(directory).parent());
        assertEquals(2, node(ROOT).nlink());
        assertTrue(exists(directory));
        refused(Errno.ENOENT, () -> file(directory, "a"));
    }

    @Test
    void replacedTargetIsKeptUnderItsDirectory() throws FsException {
        long directory = directory("d");
        file("a");
        long b = file(directory, "b");
        meta.rename(AGENT, at("a"), at(directory, "b"), Set.of(), 0, b);
        assertEquals(List.of(directory + "-" + b + "-b"), names(FIRST_HOUR));
    }

    @Test
    void secondLinkOfTheSameNameIsNotKeptTwice() throws FsException {
        long inode = file("a");
        meta.link(AGENT, inode, at("b"));
        meta.unlink(AGENT, at("a"), inode);
        assertEquals(2, node(inode).nlink());
        assertEquals(Map.of(ROOT, 1, FIRST_HOUR, 1), stored(new Item.ParentLinks(inode)));
        meta.link(AGENT, inode, at("a"));
        meta.unlink(AGENT, at("a"), inode);
        assertEquals(2, node(inode).nlink());
        assertEquals(1, names(FIRST_HOUR).size());
    }

    @Test
    void fileThatSkipsTheTrashGoesAtOnce() throws FsException {
        long inode = file("a");
        meta.setattr(AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.SKIP_TRASH));
        assertTrue(meta.unlink(AGENT, at("a"), inode).unlinked());
        refused(Errno.ENOENT, () -> meta.node(FIRST_HOUR));
    }

    @Test
    void rootAloneTakesThingsOutOfTheTrash() throws FsException {
        long inode = fileOf(ALICE, "a", 0666);
        meta.unlink(ALICE, at("a"), inode);
        DentryKey kept = at(FIRST_HOUR, "1-" + inode + "-a");
        refused(Errno.EPERM, () -> meta.unlink(ALICE, kept, inode));
        refused(Errno.EPERM, () -> meta.rename(ALICE, kept, at("a"), Set.of(), 0, 0));
        refused(Errno.EPERM, () -> meta.rmdir(AGENT, at(Inodes.TRASH_ROOT, HOUR), FIRST_HOUR));
        refused(Errno.EPERM, () -> meta.rename(AGENT, at(Inodes.TRASH_ROOT, HOUR), at("h"), Set.of(), 0, 0));
        file("b");
        refused(Errno.EPERM, () -> meta.rename(AGENT, kept, at("b"), Set.of(RenameFlag.EXCHANGE), 0, 0));
        refused(Errno.EPERM, () -> meta.setattr(AGENT, inode, AttrChange.NONE.withMode(0)));
        refused(Errno.EPERM, () -> meta.setattr(AGENT, FIRST_HOUR, AttrChange.NONE.withMode(0)));
        refused(Errno.EPERM, () -> meta.checkOpen(ALICE, inode, new OpenIntent(true, true, false, false, false)));
        refused(Errno.EPERM, () -> meta.truncate(ALICE, inode, 1, MetaStore.TruncateRight.CHECKED, false));
        meta.checkOpen(ALICE, inode, new OpenIntent(true, false, false, false, false));
        meta.rename(AGENT, kept, at("back"), Set.of(), 0, 0);
        assertEquals(ROOT, node(inode).parent());
        assertEquals(DirStat.ZERO, stored(new Item.DirStatOf(FIRST_HOUR)));
    }

    @Test
    void rootDeletesFromTheTrashForGood() throws FsException {
        long inode = file("a");
        meta.unlink(AGENT, at("a"), inode);
        assertTrue(
                meta.unlink(AGENT, at(FIRST_HOUR, "1-" + inode + "-a"), inode).unlinked());
        assertFalse(exists(inode));
        assertEquals(1, stored(new Item.CounterOf(Counter.TOTAL_INODES)));
    }

    @Test
    void trashShowsInTheRoot() throws FsException {
        assertEquals(Inodes.TRASH_ROOT, meta.lookup(ALICE, at(".trash")).inode());
        assertEquals(List.of(), names(ROOT));
        assertEquals(
                ROOT, meta.lookup(Caller.AGENT, at(Inodes.TRASH_ROOT, "..")).inode());
    }

    @Test
    void whatIsOldEnoughExpiresOldestFirst() throws FsException {
        long a = file("a");
        write(a, 0, 100);
        long directory = directory("d");
        meta.unlink(AGENT, at("a"), a);
        meta.rmdir(AGENT, at("d"), directory);
        clock.advance(3600, 0);
        long b = file("b");
        meta.unlink(AGENT, at("b"), b);
        long secondHour = START.seconds() + 3600;
        assertEquals(0, meta.expireTrash(START.seconds(), 100));
        assertEquals(1, meta.expireTrash(secondHour, 1));
        assertEquals(1, meta.expireTrash(secondHour, 100));
        assertFalse(exists(a));
        assertFalse(exists(directory));
        assertFalse(exists(FIRST_HOUR));
        assertTrue(exists(b));
        assertEquals(1, deleteData().size());
        assertEquals(1, meta.expireTrash(secondHour + 1, 100));
        assertEquals(0, stored(new Item.CounterOf(Counter.USED_SPACE)));
        assertEquals(0, stored(new Item.CounterOf(Counter.TOTAL_INODES)));
        assertEquals(List.of(), names(Inodes.TRASH_ROOT));
    }

    @Test
    void treesPutTogetherInTheTrashExpireWhole() throws FsException {
        long directory = directory("d");
        meta.rmdir(AGENT, at("d"), directory);
        long inode = file("a");
        meta.unlink(AGENT, at("a"), inode);
        DentryKey kept = at(FIRST_HOUR, "1-" + inode + "-a");
        elsewhere(
                new Mutation.RemoveDentry(kept),
                new Mutation.CreateDentry(at(directory, "a"), new Dentry(inode, FileType.FILE)),
                new Mutation.UpdateNode(
                        inode, node(inode).edit().parent(directory).done()),
                new Mutation.AddDirStat(FIRST_HOUR, new DirStat(0, -4096, -1)));
        assertEquals(2, meta.expireTrash(START.seconds() + 1, 100));
        assertFalse(exists(inode));
        assertFalse(exists(directory));
    }

    @Test
    void namesThatAreNoHoursAreLeftAlone() throws FsException {
        assertEquals(OptionalLong.empty(), Trash.timeOf(FileName.of("keep")));
        assertEquals(OptionalLong.empty(), Trash.timeOf(FileName.of("2026-02-30-00x")));
        assertEquals(START.seconds(), Trash.timeOf(FileName.of(HOUR)).getAsLong());
    }

    @Test
    void trashTurnedOnLaterGetsItsRoot() throws FsException {
        elsewhere(new Mutation.RemoveNode(Inodes.TRASH_ROOT));
        file("a");
        meta.unlink(AGENT, at("a"), 0);
        assertEquals(List.of(HOUR), names(Inodes.TRASH_ROOT));
        assertEquals(0555, node(Inodes.TRASH_ROOT).mode());
    }
}
