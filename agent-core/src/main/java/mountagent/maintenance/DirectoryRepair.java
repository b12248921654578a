package mountagent.maintenance;

import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.meta.Counter;
import mountagent.meta.Dentry;
import mountagent.meta.DirStat;
import mountagent.meta.Durability;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.ReadPlan;
import org.jspecify.annotations.Nullable;

/// Repairs directories by what a [DirectoryLook] found, each in one transaction that looks again: when
/// anything the look rests on has changed meanwhile, nothing is done and the answer is false. Sums are
/// corrected by their difference, so that what others add at the same time stays.
final class DirectoryRepair {
    private final MetaEngine engine;
    private final Clock clock;
    private final int mode;

    /// Directories that get new attributes get the permission bits `mode`.
    DirectoryRepair(MetaEngine engine, Clock clock, int mode) {
        this.engine = engine;
        this.clock = clock;
        this.mode = mode;
    }

    /// Gives the directory at `place` (null: the root) attributes, which it has lost: root's, of now.
    boolean restoreNode(@Nullable DentryKey place, DirectoryLook look) throws FsException {
        Item.NodeOf node = new Item.NodeOf(look.inode());
        Item.DentryAt entry = new Item.DentryAt(place == null ? new DentryKey(0, FileName.SELF) : place);
        ReadPlan plan = place == null ? ReadPlan.of(node) : ReadPlan.of(node, entry);
        return engine.transact(
                plan,
                transaction -> {
                    Dentry there = place == null ? null : transaction.get(entry);
                    boolean isListed = place == null
                            || there != null && there.inode() == look.inode() && there.type() == FileType.DIRECTORY;
                    if (!isListed || transaction.get(node) != null) {
                        return false;
                    }
                    Node made = new NodeDraft(FileType.DIRECTORY)
                            .mode(mode)
                            .times(clock.now())
                            .nlink(look.links())
                            .length(Node.DIRECTORY_LENGTH)
                            .parent(place == null ? Roots.ROOT : place.parent())
                            .done();
                    transaction.apply(new Mutation.CreateNode(look.inode(), made));
                    return true;
                },
                Durability.POWER_SAFE);
    }

    /// Sets the link count to what the entries say.
    boolean correctLinks(DirectoryLook look) throws FsException {
        Item.NodeOf item = new Item.NodeOf(look.inode());
        return engine.transact(
                ReadPlan.of(item),
                transaction -> {
                    Node now = transaction.get(item);
                    if (now == null || !now.equals(look.node())) {
                        return false;
                    }
                    Node right = now.edit().nlink(look.links()).done();
                    transaction.apply(new Mutation.UpdateNode(look.inode(), right));
                    return true;
                },
                Durability.POWER_SAFE);
    }

    /// Sets the statistics to what the entries add up to.
    boolean correctStat(DirectoryLook look) throws FsException {
        Item.NodeOf node = new Item.NodeOf(look.inode());
        Item.DirStatOf stat = new Item.DirStatOf(look.inode());
        return engine.transact(
                ReadPlan.of(node, stat),
                transaction -> {
                    Node now = transaction.get(node);
                    DirStat told = transaction.get(stat);
                    if (now == null || !now.equals(look.node()) || !same(told, look.told())) {
                        return false;
                    }
                    if (told == null) {
                        transaction.apply(new Mutation.PutDirStat(look.inode(), look.counted()));
                    } else {
                        transaction.apply(new Mutation.AddDirStat(look.inode(), difference(look.counted(), told)));
                    }
                    return true;
                },
                Durability.POWER_SAFE);
    }

    private static boolean same(@Nullable DirStat a, @Nullable DirStat b) {
        return a == null ? b == null : a.equals(b);
    }

    private static DirStat difference(DirStat right, DirStat told) {
        return new DirStat(
                right.length() - told.length(), right.space() - told.space(), right.inodes() - told.inodes());
    }

    /// Corrects a counter of the volume from `told` to `right`, unless it has changed.
    boolean correctCounter(Counter counter, long told, long right) throws FsException {
        Item.CounterOf item = new Item.CounterOf(counter);
        return engine.transact(
                ReadPlan.of(item),
                transaction -> {
                    if (transaction.get(item) != told) {
                        return false;
                    }
                    transaction.apply(new Mutation.AddCounter(counter, right - told));
                    return true;
                },
                Durability.POWER_SAFE);
    }
}
