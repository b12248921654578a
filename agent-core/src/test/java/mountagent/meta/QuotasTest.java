package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Set;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.SpaceInfo;
import mountagent.meta.MetaStore.TruncateRight;
import mountagent.meta.memory.MemoryEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Quotas of directories, users and groups, set as another client sets them, and the limits of the volume.
class QuotasTest extends MetaFixture {
    private static final long NONE = -1;

    private long limited;

    @BeforeEach
    void limitADirectory() throws FsException {
        limited = directory("q");
    }

    private void setQuota(QuotaKey.Kind kind, long id, long space, long inodes) throws FsException {
        ((MemoryEngine) engine).setQuota(new QuotaKey(kind, id), new Quota(space, inodes, 0, 0));
        meta.reload();
    }

    private void limit(long directory, long space, long inodes) throws FsException {
        setQuota(QuotaKey.Kind.DIRECTORY, directory, space, inodes);
    }

    private void assertUse(long directory, long space, long inodes) throws FsException {
        Quota quota = stored(new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.DIRECTORY, directory)));
        assertEquals(space + " in " + inodes, quota.usedSpace() + " in " + quota.usedInodes());
    }

    @Test
    void useIsCountedAtAnyDepth() throws FsException {
        limit(limited, NONE, NONE);
        long deep = directory(limited, "d");
        long inode = file(deep, "a");
        write(inode, 0, 5000);
        assertUse(limited, 4096 + 8192, 2);
        meta.link(AGENT, inode, at(limited, "b"));
        assertUse(limited, 4096 + 2 * 8192, 3);
        meta.truncate(AGENT, inode, 10_000, TruncateRight.CHECKED, false);
        assertUse(limited, 4096 + 2 * 12_288, 3);
        meta.unlink(AGENT, at(deep, "a"), inode);
        meta.rmdir(AGENT, at(limited, "d"), deep);
        assertUse(limited, 12_288, 1);
        meta.unlink(AGENT, at(limited, "b"), inode);
        assertUse(limited, 0, 0);
        deleteData();
    }

    @Test
    void limitsOfAllDirectoriesAboveHold() throws FsException {
        long inner = directory(limited, "d");
        limit(limited, NONE, 1);
        limit(inner, 8192, NONE);
        long inode = file(inner, "a");
        refused(Errno.EDQUOT, () -> file(inner, "b"));
        refused(Errno.EDQUOT, () -> write(inode, 0, 8193));
        refused(Errno.EDQUOT, () -> meta.truncate(AGENT, inode, 8193, TruncateRight.CHECKED, false));
        refused(Errno.EDQUOT, () -> meta.allocate(inode, AllocateMode.EXTEND, 0, 8193));
        write(inode, 0, 8192);
        assertUse(inner, 8192, 1);
        meta.unlink(AGENT, at(inner, "a"), inode);
        file(inner, "b");
        deleteData();
        ((MemoryEngine) engine).setQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, limited), new Quota(NONE, 1, 8192, 2));
    }

    @Test
    void moveChargesWhatItMoves() throws FsException {
        limit(limited, NONE, 3);
        long tree = directory("t");
        long sub = directory(tree, "s");
        write(file(sub, "a"), 0, 5000);
        meta.rename(AGENT, at("t"), at(limited, "t"), Set.of(), tree, 0);
        assertUse(limited, 2 * 4096 + 8192, 3);
        long more = directory("m");
        refused(Errno.EDQUOT, () -> meta.rename(AGENT, at("m"), at(limited, "m"), Set.of(), more, 0));
        meta.rename(AGENT, at("m"), at(limited, "t"), Set.of(RenameFlag.EXCHANGE), more, tree);
        assertUse(limited, 4096, 1);
    }

    @Test
    void moveWithinAQuotaChargesNothing() throws FsException {
        long inner = directory(limited, "d");
        limit(limited, 4096, 1);
        ((MemoryEngine) engine).setQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, limited), new Quota(8192, 2, 4096, 1));
        meta.reload();
        long inode = file(inner, "a");
        meta.rename(AGENT, at(inner, "a"), at(limited, "a"), Set.of(), inode, 0);
        assertUse(limited, 8192, 2);
    }

    @Test
    void removedDirectoryTakesItsQuotaAlong() throws FsException {
        limit(limited, NONE, NONE);
        meta.rmdir(AGENT, at("q"), limited);
        Item.QuotaOf item = new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.DIRECTORY, limited));
        assertNull(engine.<@Nullable Quota>read(ReadPlan.of(item), reader -> reader.get(item)));
    }

    @Test
    void whatLiesInTheTrashCountsForNoDirectory() throws FsException {
        MetaStore.update(engine, meta.format().withTrashDays(1), clock);
        ((MemoryEngine) engine).setQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, ROOT), new Quota(NONE, NONE, 4096, 1));
        meta.reload();
        long inode = file("a");
        open.add(inode);
        meta.unlink(AGENT, at("a"), inode);
        write(inode, 0, 10_000);
        assertUse(ROOT, 4096, 1);
        DentryKey kept = at(Inodes.TRASH_ROOT + 1, "1-" + inode + "-a");
        meta.rename(AGENT, kept, at("b"), Set.of(), inode, 0);
        assertUse(ROOT, 4096 + 12_288, 2);
        meta.unlink(AGENT, at("b"), inode);
        meta.expireTrash(FOREVER, 100);
        assertUse(ROOT, 4096, 1);
        open.remove(inode);
        meta.closeUnlinked(inode);
        deleteData();
    }

    @Test
    void usersAndGroupsAreCharged() throws FsException {
        setQuota(QuotaKey.Kind.USER, 1000, 8192, NONE);
        setQuota(QuotaKey.Kind.GROUP, 500, NONE, 1);
        meta.mknod(ALICE, at("a"), NodeSpec.file(0644));
        long b = meta.mknod(ALICE, at("b"), NodeSpec.file(0644)).inode();
        refused(Errno.EDQUOT, () -> meta.mknod(ALICE, at("c"), NodeSpec.file(0644)));
        meta.setattr(AGENT, b, AttrChange.NONE.withUid(5).withGid(500));
        meta.mknod(ALICE, at("c"), NodeSpec.file(0644));
        assertEquals(new Quota(NONE, 1, 4096, 1), stored(new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.GROUP, 500))));
        assertEquals(new Quota(8192, NONE, 8192, 2), stored(new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.USER, 1000))));
    }

    @Test
    void everyOwnerIsCountedWhereTheSettingSaysSo() throws FsException {
        MetaStore.update(engine, meta.format().withUserGroupQuota(true), clock);
        meta.reload();
        long inode = fileOf(ALICE, "a", 0644);
        write(inode, 0, 5000);
        Quota used = new Quota(NONE, NONE, 8192, 1);
        assertEquals(used, stored(new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.USER, 1000))));
        assertEquals(used, stored(new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.GROUP, 1000))));
        meta.setattr(AGENT, inode, AttrChange.NONE.withUid(5));
        assertEquals(used, stored(new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.USER, 5))));
        assertEquals(new Quota(NONE, NONE, 0, 0), stored(new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.USER, 1000))));
    }

    @Test
    void limitsThatAnotherClientChangesHoldFromTheNextBeatOn() throws FsException {
        limit(limited, NONE, NONE);
        long inode = file(limited, "a");
        write(inode, 0, 4096);
        elsewhere(new Mutation.PutQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, limited), new Quota(4096, 1, 4096, 1)));
        meta.reload();
        refused(Errno.EDQUOT, () -> file(limited, "b"));
        refused(Errno.EDQUOT, () -> write(inode, 4096, 1));
        write(inode, 0, 4096); // within what it has
        elsewhere(new Mutation.PutQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, limited), new Quota(8192, 1, 4096, 1)));
        meta.reload();
        write(inode, 4096, 4096);
        refused(Errno.EDQUOT, () -> write(inode, 8192, 1));
        meta.truncate(AGENT, inode, 1, TruncateRight.CHECKED, false);
        assertUse(limited, 4096, 1);
        elsewhere(new Mutation.RemoveQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, limited)));
        meta.reload();
        file(limited, "b");
    }

    @Test
    void fileWithSeveralLinksCountsForEachAndAllMustFit() throws FsException {
        long sub = directory(limited, "s");
        long inode = file(limited, "a");
        meta.link(AGENT, inode, at(sub, "b"));
        meta.link(AGENT, inode, at("outside"));
        ((MemoryEngine) engine)
                .setQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, limited), new Quota(5 * 4096, NONE, 3 * 4096, 3));
        meta.reload();
        refused(Errno.EDQUOT, () -> write(inode, 0, 3 * 4096));
        write(inode, 0, 2 * 4096);
        assertUse(limited, 5 * 4096, 3);
        refused(Errno.EDQUOT, () -> meta.link(AGENT, inode, at(sub, "c")));
    }

    @Test
    void whatIsRenamedOverMakesRoom() throws FsException {
        limit(limited, NONE, 1);
        file(limited, "a");
        file("b");
        refused(Errno.EDQUOT, () -> meta.rename(AGENT, at("b"), at(limited, "b"), Set.of(), 0, 0));
        meta.rename(AGENT, at("b"), at(limited, "a"), Set.of(), 0, 0);
        assertUse(limited, 4096, 1);
        deleteData();
    }

    @Test
    void copiedAndAllocatedRangesAreCharged() throws FsException {
        long source = file("s");
        write(source, 0, 20_000);
        long target = file(limited, "t");
        ((MemoryEngine) engine)
                .setQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, limited), new Quota(12_288, NONE, 4096, 1));
        meta.reload();
        refused(Errno.EDQUOT, () -> meta.copyRange(source, 0, target, 0, 20_000));
        meta.copyRange(source, 0, target, 0, 12_000);
        refused(Errno.EDQUOT, () -> meta.allocate(target, AllocateMode.EXTEND, 0, 12_289));
        meta.allocate(target, AllocateMode.KEEP_SIZE, 0, 1 << 20);
        assertUse(limited, 12_288, 1);
    }

    @Test
    void volumeLimitsHold() throws FsException {
        MetaStore.update(engine, meta.format().withCapacityBytes(12_288).withInodes(3), clock);
        meta.reload();
        long inode = file("a");
        refused(Errno.ENOSPC, () -> write(inode, 0, 8193));
        write(inode, 0, 4096);
        file("b");
        refused(Errno.ENOSPC, () -> file("c"));
        assertEquals(new SpaceInfo(12_288, 0, 3, 0), meta.space(ROOT));
        meta.unlink(AGENT, at("b"), 0);
        file("c");
        deleteData();
    }

    @Test
    void volumeWithoutLimitLooksLargeEnough() throws FsException {
        SpaceInfo info = meta.space(ROOT);
        assertEquals(1L << 50, info.totalBytes());
        assertEquals((1L << 50) - 4096, info.availableBytes());
        assertEquals((10L << 20) + 1, info.totalInodes());
        assertEquals(10L << 20, info.availableInodes());
        long inode = file("a");
        meta.truncate(AGENT, inode, (1L << 50) / 10 * 9, TruncateRight.CHECKED, false);
        assertEquals(1L << 51, meta.space(ROOT).totalBytes());
    }

    @Test
    void quotaOfTheRootLimitsTheVolume() throws FsException {
        ((MemoryEngine) engine).setQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, ROOT), new Quota(1 << 20, 100, 4096, 1));
        meta.reload();
        assertEquals(new SpaceInfo(1 << 20, (1 << 20) - 4096, 100, 99), meta.space(ROOT));
    }

    @Test
    void spaceIsThatOfTheNearestDirectoryWithAQuota() throws FsException {
        long inner = directory(limited, "inner");
        long file = file(inner, "f");
        write(file, 0, 8192);
        ((MemoryEngine) engine)
                .setQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, limited), new Quota(100_000, 100, 12_288, 2));
        ((MemoryEngine) engine)
                .setQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, inner), new Quota(4 << 20, NONE, 8192, 1));
        meta.reload();
        long left = 100_000 - 12_288;
        assertEquals(new SpaceInfo(100_000, left, 100, 98), meta.space(limited));
        var within = new SpaceInfo(8192 + left, left, 1 + 98, 98);
        assertEquals(within, meta.space(inner), "its own use, and what the one above leaves");
        assertEquals(within, meta.space(file));
        assertEquals(1L << 50, meta.space(ROOT).totalBytes());
        meta.link(AGENT, file, at("elsewhere"));
        assertEquals(meta.space(ROOT), meta.space(file), "no one directory counts it");
        assertEquals(meta.space(ROOT), meta.space(987_654_321), "gone");
    }

    @Test
    void spaceIsToldWhenTheEngineIsAway() throws FsException {
        MemoryEngine gone = new MemoryEngine();
        MetaStore.format(gone, format().withCapacityBytes(1 << 20), clock);
        MetaStore store = MetaStore.open(gone, options());
        store.mknod(AGENT, at("a"), NodeSpec.file(0644));
        gone.close();
        assertEquals((1 << 20) - 4096, store.space(ROOT).availableBytes());
    }
}
