package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.meta.MetaStore.TruncateRight;
import mountagent.meta.memory.MemoryEngine;
import org.junit.jupiter.api.Test;

/// Random changes in a volume full of tight quotas: no limit is ever passed, and in the end all usage is
/// what a full scan finds, of directories (by the checker), of users and of groups.
class QuotaStormTest extends MetaFixture {
    private static final int STEPS = Integer.getInteger("quota.steps", 6_000);
    private static final int NAMES = 6;
    private static final long SPACE = 40 * 4096;
    private static final long INODES = 12;
    private static final Set<Errno> ORDINARY = Set.of(
            Errno.EDQUOT,
            Errno.ENOSPC,
            Errno.ENOENT,
            Errno.EEXIST,
            Errno.ENOTDIR,
            Errno.EISDIR,
            Errno.ENOTEMPTY,
            Errno.EPERM,
            Errno.EINVAL);

    private final long seed = Long.getLong("quota.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Long> directories = new ArrayList<>(List.of(ROOT));
    private int refusedForSpace;

    @Override
    VolumeFormat format() {
        return super.format().withTrashDays(1).withUserGroupQuota(true).withInodes(200);
    }

    private static Caller owner(int id) {
        return new Caller(id, id, List.of(), 1, 0, Caller.Checks.KERNEL);
    }

    private void limit(QuotaKey.Kind kind, long id, long space, long inodes) {
        ((MemoryEngine) engine).setQuota(new QuotaKey(kind, id), new Quota(space, inodes, 0, 0));
    }

    @Test
    void limitsHoldAndUsageIsRight() throws FsException {
        for (String name : List.of("a", "b", "c")) {
            long top = directory(name);
            directories.add(top);
            directories.add(directory(top, "sub"));
        }
        limit(QuotaKey.Kind.DIRECTORY, directories.get(1), SPACE, INODES);
        limit(QuotaKey.Kind.DIRECTORY, directories.get(3), SPACE, -1);
        limit(QuotaKey.Kind.DIRECTORY, directories.get(4), -1, INODES);
        // what the directories above hold already
        ((MemoryEngine) engine).setQuota(key(directories.get(1)), new Quota(SPACE, INODES, 4096, 1));
        ((MemoryEngine) engine).setQuota(key(directories.get(3)), new Quota(SPACE, -1, 4096, 1));
        limit(QuotaKey.Kind.USER, 1, 60 * 4096, -1);
        limit(QuotaKey.Kind.GROUP, 2, -1, 15);
        limitRootsUse();
        meta.reload();
        for (int i = 0; i < STEPS; i++) {
            step(i);
            if (i % 100 == 99) {
                checkLimits(i);
                clock.advance(random.nextInt(5), 0);
                meta.reload();
            }
        }
        assertTrue(refusedForSpace > STEPS / 100, refusedForSpace + " refusals are too few, seed " + seed);
        meta.expireTrash(clock.now().seconds() + 1_000_000, 100_000);
        new HashSet<>(open).forEach(this::closeLast);
        deleteData();
        checkOwners();
        fillUp();
    }

    /// What was refused or given up left no room reserved: the volume takes as many inodes as it may have.
    private void fillUp() throws FsException {
        int made = 0;
        FsException refusal = null;
        while (refusal == null) {
            try {
                meta.mknod(owner(3), at("fill" + made++), NodeSpec.file(0666));
            } catch (FsException full) {
                refusal = full;
            }
        }
        assertEquals(Errno.ENOSPC, refusal.errno(), "seed " + seed);
        assertEquals(200L, stored(new Item.CounterOf(Counter.TOTAL_INODES)), "seed " + seed);
    }

    private static QuotaKey key(long directory) {
        return new QuotaKey(QuotaKey.Kind.DIRECTORY, directory);
    }

    /// The six directories were made before anything was counted of their owner.
    private void limitRootsUse() {
        Quota used = stats();
        ((MemoryEngine) engine).setQuota(new QuotaKey(QuotaKey.Kind.USER, 0), used);
        ((MemoryEngine) engine).setQuota(new QuotaKey(QuotaKey.Kind.GROUP, 0), used);
    }

    private Quota stats() {
        return new Quota(-1, -1, 6 * 4096, 6);
    }

    private DentryKey place() {
        long directory = directories.get(random.nextInt(directories.size()));
        return at(directory, "n" + random.nextInt(NAMES));
    }

    private void step(int number) throws FsException {
        try {
            change();
        } catch (FsException refusal) {
            if (!ORDINARY.contains(refusal.errno())) {
                throw new AssertionError("step " + number + " of seed " + seed, refusal);
            }
            refusedForSpace += refusal.errno() == Errno.EDQUOT || refusal.errno() == Errno.ENOSPC ? 1 : 0;
        }
    }

    private void change() throws FsException {
        DentryKey at = place();
        switch (random.nextInt(12)) {
            case 0, 1 -> meta.mknod(owner(random.nextInt(4)), at, NodeSpec.file(0666));
            case 2 -> makeDirectory(at);
            case 3 -> meta.symlink(owner(random.nextInt(4)), at, Bytes.utf8("x"));
            case 4 -> remove(at);
            case 5 -> meta.link(AGENT, inode(at), place());
            case 6, 7 -> rename(at);
            case 8 -> write(inode(at), 4096L * random.nextInt(20), 1 + random.nextInt(30_000));
            case 9 -> meta.truncate(AGENT, inode(at), random.nextInt(80_000), TruncateRight.CHECKED, false);
            case 10 -> chown(inode(at));
            default -> openOrAllocate(inode(at));
        }
    }

    private long inode(DentryKey at) throws FsException {
        return meta.lookup(AGENT, at).inode();
    }

    private void makeDirectory(DentryKey at) throws FsException {
        long made = meta.mknod(owner(random.nextInt(4)), at, NodeSpec.directory(0777))
                .inode();
        if (directories.size() < 12) {
            directories.add(made);
        }
    }

    private void remove(DentryKey at) throws FsException {
        if (meta.lookup(AGENT, at).node().isDirectory()) {
            long gone = meta.lookup(AGENT, at).inode();
            meta.rmdir(AGENT, at, 0);
            directories.remove(gone);
        } else {
            meta.unlink(AGENT, at, 0);
        }
    }

    private void rename(DentryKey from) throws FsException {
        DentryKey to = place();
        boolean exchanges = random.nextInt(3) == 0;
        long replaced = 0;
        try {
            replaced = inode(to);
        } catch (FsException free) {
            replaced = 0;
        }
        meta.rename(AGENT, from, to, exchanges ? Set.of(RenameFlag.EXCHANGE) : Set.of(), 0, 0);
        if (!exchanges && replaced != 0 && !from.equals(to)) {
            directories.remove(replaced);
        }
    }

    private void chown(long inode) throws FsException {
        meta.setattr(AGENT, inode, AttrChange.NONE.withUid(random.nextInt(4)).withGid(random.nextInt(4)));
    }

    private void openOrAllocate(long inode) throws FsException {
        if (random.nextBoolean()) {
            meta.allocate(inode, AllocateMode.EXTEND, random.nextInt(50_000), 1 + random.nextInt(50_000));
        } else if (!open.add(inode)) {
            closeLast(inode);
        }
    }

    private void closeLast(long inode) {
        open.remove(inode);
        try {
            meta.closeUnlinked(inode);
        } catch (FsException wrong) {
            throw new AssertionError("seed " + seed, wrong);
        }
    }

    private void checkLimits(int number) throws FsException {
        Pages.forEach(engine, new Scan.Quotas(), placed -> {
            Quota quota = placed.quota();
            boolean fits = (quota.maxSpace() <= 0 || quota.usedSpace() <= quota.maxSpace())
                    && (quota.maxInodes() <= 0 || quota.usedInodes() <= quota.maxInodes());
            assertTrue(fits, () -> placed + " after step " + number + " of seed " + seed);
            assertTrue(
                    quota.usedSpace() >= 0 && quota.usedInodes() >= 0,
                    () -> placed + " after step " + number + " of seed " + seed);
        });
        Item.CounterOf inodes = new Item.CounterOf(Counter.TOTAL_INODES);
        assertTrue(
                stored(inodes) <= 202, "more inodes than the volume may have, seed " + seed); // the hours of the trash
    }

    private void checkOwners() throws FsException {
        Map<QuotaKey, DirStat> expected = new HashMap<>();
        Pages.forEach(engine, new Scan.Nodes(), placed -> {
            if (placed.inode() != ROOT && !Inodes.isTrash(placed.inode())) {
                DirStat use = Change.useOf(placed.node());
                DirStat counted = new DirStat(0, use.space(), use.inodes());
                expected.merge(new QuotaKey(QuotaKey.Kind.USER, placed.node().uid()), counted, DirStat::plus);
                expected.merge(new QuotaKey(QuotaKey.Kind.GROUP, placed.node().gid()), counted, DirStat::plus);
            }
        });
        Map<QuotaKey, DirStat> told = new HashMap<>();
        Pages.forEach(engine, new Scan.Quotas(), placed -> {
            Quota quota = placed.quota();
            if (placed.key().kind() != QuotaKey.Kind.DIRECTORY && quota.usedInodes() != 0) {
                told.put(placed.key(), new DirStat(0, quota.usedSpace(), quota.usedInodes()));
            }
        });
        assertEquals(expected, told, "seed " + seed);
    }
}
