package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.NodeSpec;
import mountagent.base.Sizes;
import mountagent.base.Tally;
import mountagent.base.XattrMode;
import org.junit.jupiter.api.Test;

/// Operations on whole trees, over any engine.
public abstract class TreesContract extends MetaFixture {
    private static final Trees.RemovalListener NOBODY = (_, _) -> {};
    private static final FileName COLOUR = FileName.of("user.colour");

    private long top;
    private long sub;
    private long big;

    /// `d` with a file of two slices, a hard link to it, a link, a FIFO, and `d/e/f/2` below.
    private void tree() throws FsException {
        top = directory("d");
        big = file(top, "big");
        write(big, 0, 5000);
        write(big, 4000, 6000);
        meta.setXattr(AGENT, big, COLOUR, Bytes.utf8("red"), XattrMode.CREATE);
        meta.link(AGENT, big, at(top, "hard"));
        meta.symlink(AGENT, at(top, "soft"), Bytes.utf8("big"));
        meta.mknod(AGENT, at(top, "pipe"), new NodeSpec(FileType.FIFO, 0600, 0));
        sub = directory(top, "e");
        long deep = directory(sub, "f");
        write(file(deep, "2"), 0, 10);
    }

    private void remove(Caller caller, DentryKey at, Kept kept, Tally tally) throws FsException {
        meta.trees().remove(caller, at, kept, 5, tally, NOBODY);
    }

    private long copy(Caller caller, long source, String name, CopyOrder.Ownership ownership) throws FsException {
        return meta.trees().copy(caller, new CopyOrder(source, at(name), ownership, 022, 3), new Tally());
    }

    private long used() throws FsException {
        return stored(new Item.CounterOf(Counter.USED_SPACE));
    }

    @Test
    void treeGoesWithEverythingInIt() throws FsException {
        long before = used();
        tree();
        var tally = new Tally();
        var told = new AtomicInteger();
        meta.trees().remove(AGENT, at("d"), Kept.IN_TRASH, 5, tally, (_, _) -> told.incrementAndGet());
        assertEquals(8, tally.count());
        assertEquals(8, told.get());
        assertEquals(List.of(), names(ROOT));
        assertEquals(before, used());
        assertEquals(3, deleteData().size());
    }

    @Test
    void singleFileGoesToo() throws FsException {
        file("a");
        var tally = new Tally();
        remove(AGENT, at("a"), Kept.IN_TRASH, tally);
        assertEquals(1, tally.count());
        refused(Errno.ENOENT, () -> remove(AGENT, at("a"), Kept.IN_TRASH, new Tally()));
        refused(Errno.EINVAL, () -> remove(AGENT, at("."), Kept.IN_TRASH, new Tally()));
        refused(Errno.EPERM, () -> remove(AGENT, at(".trash"), Kept.IN_TRASH, new Tally()));
    }

    @Test
    void wideAndDeepTreesGo() throws FsException {
        long directory = directory("d");
        for (int i = 0; i < 1100; i++) {
            file(directory, "f" + i);
        }
        long inner = directory;
        for (int i = 0; i < 250; i++) {
            inner = directory(inner, "x");
        }
        TreeUse use = meta.trees().weigh(AGENT, directory, Trees.Depth.TREE, Trees.Counting.STRICT, new Tally());
        assertEquals(new TreeUse(0, 4096L * 1351, 1100, 251), use);
        long copied = copy(AGENT, directory, "c", CopyOrder.Ownership.CALLER);
        assertEquals(use, meta.trees().weigh(AGENT, copied, Trees.Depth.TREE, Trees.Counting.STRICT, new Tally()));
        var tally = new Tally();
        remove(AGENT, at("d"), Kept.NOT, tally);
        assertEquals(1351, tally.count());
        remove(AGENT, at("c"), Kept.NOT, tally);
        assertEquals(List.of(), names(ROOT));
    }

    @Test
    void removalStopsWhereTheCallerMayNotGo() throws FsException {
        long directory = directory("d");
        meta.setattr(AGENT, directory, AttrChange.NONE.withMode(0777));
        long closed = directory(directory, "closed");
        file(closed, "kept");
        refused(Errno.EACCES, () -> remove(ALICE, at("d"), Kept.IN_TRASH, new Tally()));
        assertEquals(List.of("kept"), names(closed));
    }

    @Test
    void cancelledWorkEnds() throws FsException {
        tree();
        var tally = new Tally();
        tally.cancel();
        refused(Errno.EINTR, () -> remove(AGENT, at("d"), Kept.IN_TRASH, tally));
        refused(Errno.EINTR, () -> meta.trees().weigh(AGENT, top, Trees.Depth.TREE, Trees.Counting.STRICT, tally));
        refused(
                Errno.EINTR,
                () -> meta.trees().copy(AGENT, new CopyOrder(top, at("c"), CopyOrder.Ownership.CALLER, 0, 3), tally));
        assertEquals(List.of("d"), names(ROOT));
        assertEquals(
                List.of(),
                engine.scan(new Scan.DetachedNodes(), Cursor.START, 10).records());
    }

    @Test
    void useCountsLinksAtEachNameAndLengthsOfFilesAlone() throws FsException {
        tree();
        var tally = new Tally();
        TreeUse all = meta.trees().weigh(AGENT, top, Trees.Depth.TREE, Trees.Counting.STRICT, tally);
        assertEquals(new TreeUse(20_010, 12_288 * 2 + 4096 * 6, 5, 3), all);
        assertEquals(5, tally.count());
        assertEquals(all.space(), tally.amount());
        assertEquals(
                new TreeUse(20_000, 12_288 * 2 + 4096 * 4, 4, 2),
                meta.trees().weigh(AGENT, top, Trees.Depth.CHILDREN, Trees.Counting.STRICT, new Tally()));
        assertEquals(
                new TreeUse(10_000, 12_288, 1, 0),
                meta.trees().weigh(AGENT, big, Trees.Depth.CHILDREN, Trees.Counting.STRICT, new Tally()));
        refused(
                Errno.ENOENT,
                () -> meta.trees().weigh(AGENT, 999_999, Trees.Depth.TREE, Trees.Counting.STRICT, new Tally()));
    }

    /// Stored statistics say the same as the entries, and save reading those.
    @Test
    void storedStatisticsSayTheSame() throws FsException {
        tree();
        for (Trees.Depth depth : Trees.Depth.values()) {
            var tally = new Tally();
            TreeUse counted = meta.trees().weigh(AGENT, top, depth, Trees.Counting.STRICT, tally);
            var told = new Tally();
            assertEquals(counted, meta.trees().weigh(AGENT, top, depth, Trees.Counting.STORED, told));
            assertEquals(tally.count(), told.count());
            assertEquals(tally.amount(), told.amount());
        }
        var shape = new Trees.Shape(1, 3);
        assertEquals(
                meta.trees().summarize(AGENT, top, shape, Trees.Counting.STRICT, new Tally()),
                meta.trees().summarize(AGENT, top, shape, Trees.Counting.STORED, new Tally()));
        elsewhere(new Mutation.PutDirStat(sub, new DirStat(-1, 0, 7)));
        elsewhere(new Mutation.PutDirStat(top, new DirStat(7, 0, 9)));
        assertEquals(
                new TreeUse(0, 8192, 0, 2),
                meta.trees().weigh(AGENT, sub, Trees.Depth.CHILDREN, Trees.Counting.STORED, new Tally()),
                "statistics that make no sense are not used");
        assertEquals(
                new TreeUse(7, 4096, 8, 2),
                meta.trees().weigh(AGENT, top, Trees.Depth.CHILDREN, Trees.Counting.STORED, new Tally()));
        elsewhere(new Mutation.PutDirStat(sub, new DirStat(0, 4096, 1)));
        elsewhere(new Mutation.PutDirStat(top, new DirStat(20_000, 12_288 * 2 + 4096 * 3, 5)));
    }

    @Test
    void summaryTellsTheLargestChildrenAndTheRest() throws FsException {
        tree();
        TreeSummary whole =
                meta.trees().summarize(AGENT, top, new Trees.Shape(2, 10), Trees.Counting.STRICT, new Tally());
        assertEquals(
                List.of("big", "e", "hard", "pipe", "soft"),
                whole.children().stream().map(child -> child.name().toString()).toList());
        TreeSummary inner = whole.children().get(1);
        assertEquals(new TreeUse(10, 12_288, 1, 2), inner.use());
        assertEquals(FileName.of("f"), inner.children().getFirst().name());
        assertEquals(List.of(), inner.children().getFirst().children());
        TreeSummary cut = meta.trees().summarize(AGENT, top, new Trees.Shape(1, 2), Trees.Counting.STRICT, new Tally());
        assertEquals(3, cut.children().size());
        TreeSummary rest = cut.children().get(2);
        assertTrue(rest.isRest());
        assertEquals(new TreeUse(10_000, 12_288 + 8192, 3, 0), rest.use());
        assertEquals(whole.use(), cut.use());
    }

    @Test
    void copyIsLikeItsSourceAndSharesItsData() throws FsException {
        tree();
        meta.setattr(AGENT, big, AttrChange.NONE.withMode(0777).withFlags(NodeFlag.SKIP_TRASH));
        clock.advance(100, 0);
        long copied = copy(AGENT, top, "c", CopyOrder.Ownership.CALLER);
        assertEquals(
                List.of("big", "e", "hard", "pipe", "soft"),
                names(copied).stream().sorted().toList());
        assertEquals(3, node(copied).nlink());
        assertEquals(ROOT, node(copied).parent());
        long made = meta.lookup(AGENT, at(copied, "big")).inode();
        Node node = node(made);
        assertEquals(1, node.nlink());
        assertEquals(10_000, node.length());
        assertEquals(0755, node.mode());
        assertEquals(NodeFlag.SKIP_TRASH, node.flags());
        assertEquals(clock.now(), node.mtime());
        assertEquals(Bytes.utf8("red"), meta.getXattr(AGENT, made, COLOUR));
        assertEquals(
                Bytes.utf8("big"),
                meta.readlink(meta.lookup(AGENT, at(copied, "soft")).inode()));
        List<Slice> shown = meta.slices(new ChunkKey(big, 0));
        List<Slice> shared = meta.slices(new ChunkKey(made, 0));
        assertEquals(
                List.of(shown.get(0).id(), shown.get(1).id()),
                shared.stream().map(Slice::id).toList());
        assertEquals(4000, shared.get(0).len());
        assertEquals(
                meta.trees().weigh(AGENT, top, Trees.Depth.TREE, Trees.Counting.STRICT, new Tally()),
                meta.trees().weigh(AGENT, copied, Trees.Depth.TREE, Trees.Counting.STRICT, new Tally()));
        remove(AGENT, at("d"), Kept.NOT, new Tally());
        assertEquals(List.of(), deleteData(), "slices that the copy still shows");
        assertEquals(shared, meta.slices(new ChunkKey(made, 0)));
        remove(AGENT, at("c"), Kept.NOT, new Tally());
        assertEquals(3, deleteData().size());
    }

    @Test
    void preservedCopyKeepsOwnerModeAndTimes() throws FsException {
        long source = fileOf(ALICE_IN_ROOT, "a", 04711);
        Node original = node(source);
        clock.advance(50, 0);
        Node same = node(copy(AGENT, source, "same", CopyOrder.Ownership.PRESERVED));
        assertEquals(original.uid(), same.uid());
        assertEquals(original.mode(), same.mode());
        assertEquals(original.mtime(), same.mtime());
        assertEquals(clock.now(), same.ctime());
        Node own = node(copy(AGENT, source, "own", CopyOrder.Ownership.CALLER));
        assertEquals(0, own.uid());
        assertEquals(04711, own.mode(), "root is treated as the owner");
    }

    private static final Caller ALICE_IN_ROOT = new Caller(1000, 1000, List.of(), 1, 0, Caller.Checks.KERNEL);

    @Test
    void othersGetNeitherRightsNorSecretsByCopying() throws FsException {
        meta.setattr(AGENT, ROOT, AttrChange.NONE.withMode(0777));
        long program = fileOf(ALICE_IN_ROOT, "program", 06755);
        Node copied = node(copy(BOB, program, "p", CopyOrder.Ownership.PRESERVED));
        assertEquals(1001, copied.uid());
        assertEquals(0755, copied.mode());
        long directory = directory("open");
        file(directory, "public");
        meta.setattr(AGENT, file(directory, "secret"), AttrChange.NONE.withMode(0600));
        refused(Errno.EACCES, () -> copy(BOB, directory, "stolen", CopyOrder.Ownership.CALLER));
        assertEquals(
                List.of(),
                engine.scan(new Scan.DetachedNodes(), Cursor.START, 10).records());
        assertFalse(names(ROOT).contains("stolen"));
    }

    @Test
    void placesThatCannotTakeACopyRefuseIt() throws FsException {
        tree();
        file("there");
        refused(Errno.EEXIST, () -> copy(AGENT, top, "there", CopyOrder.Ownership.CALLER));
        refused(Errno.EPERM, () -> copy(AGENT, top, ".trash", CopyOrder.Ownership.CALLER));
        refused(Errno.ENOENT, () -> copy(AGENT, 999_999, "c", CopyOrder.Ownership.CALLER));
        refused(Errno.ENOENT, () -> copy(AGENT, top, "", CopyOrder.Ownership.CALLER));
        refused(Errno.EACCES, () -> copy(ALICE, top, "c", CopyOrder.Ownership.CALLER));
        var below = new CopyOrder(big, at(big, "c"), CopyOrder.Ownership.CALLER, 0, 3);
        refused(Errno.ENOTDIR, () -> meta.trees().copy(AGENT, below, new Tally()));
    }

    @Test
    void veryLongFileIsCopiedInParts() throws FsException {
        long inode = file("long");
        var random = new Random(7);
        List<Long> offsets = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            long offset = (long) i * Sizes.CHUNK + random.nextInt(1000);
            offsets.add(offset);
            write(inode, offset, 100);
        }
        long copied = copy(AGENT, inode, "c", CopyOrder.Ownership.CALLER);
        assertEquals(node(inode).length(), node(copied).length());
        assertEquals(ROOT, node(copied).parent());
        for (long offset : offsets) {
            assertEquals(meta.slices(ChunkKey.at(inode, offset)), meta.slices(ChunkKey.at(copied, offset)));
        }
        assertEquals(List.of("c", "long"), names(ROOT).stream().sorted().toList());
    }

    @Test
    void copyLeftByAKilledClientCanBeRemoved() throws FsException {
        long before = used();
        tree();
        long full = used();
        // what a client leaves that is killed before its last transaction
        long built = copy(AGENT, top, "c", CopyOrder.Ownership.CALLER);
        detach(built);
        assertEquals(List.of("d"), names(ROOT));
        meta.trees().removeDetached(built, new Tally());
        deleteData();
        assertEquals(full, used());
        remove(AGENT, at("d"), Kept.NOT, new Tally());
        deleteData();
        assertEquals(before, used());
    }

    private void detach(long inode) throws FsException {
        Node node = node(inode);
        Node root = node(ROOT);
        engine.transact(
                ReadPlan.of(new Item.NodeOf(inode), new Item.NodeOf(ROOT), new Item.DentryAt(at("c"))),
                transaction -> {
                    transaction.apply(new Mutation.RemoveDentry(at("c")));
                    transaction.apply(
                            new Mutation.UpdateNode(inode, node.edit().parent(0).done()));
                    transaction.apply(new Mutation.TouchDirectory(ROOT, root, -1, clock.now()));
                    transaction.apply(new Mutation.AddDirStat(ROOT, new DirStat(0, -4096, -1)));
                    transaction.apply(new Mutation.PutDetachedNode(inode, 1));
                    return inode;
                },
                Durability.COMMITTED);
    }

    @Test
    void pathsAreToldForEachName() throws FsException {
        tree();
        assertEquals(
                List.of("/d/big", "/d/hard"),
                meta.trees().paths(big).stream().sorted().toList());
        assertEquals(List.of("/d/e"), meta.trees().paths(sub));
        assertEquals(List.of("/"), meta.trees().paths(ROOT));
    }

    /// Copies of a tree that changes meanwhile, and removals of them: the fixture checks what is left.
    @Test
    void copiesAndRemovalsAtTheSameTimeLeaveAConsistentVolume() throws Exception {
        tree();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String name = "c" + i;
                tasks.add(threads.submit(() -> {
                    for (int round = 0; round < 3; round++) {
                        copy(AGENT, top, name, CopyOrder.Ownership.CALLER);
                        remove(AGENT, at(name), Kept.NOT, new Tally());
                    }
                    copy(AGENT, top, name, CopyOrder.Ownership.PRESERVED);
                    return name;
                }));
            }
            tasks.add(threads.submit(() -> {
                for (int i = 0; i < 100; i++) {
                    write(file(sub, "new" + i), 0, 100 + i);
                    if (i % 3 == 0) {
                        meta.unlink(AGENT, at(sub, "new" + i), 0);
                    }
                }
                return "";
            }));
            for (Future<?> task : tasks) {
                task.get(60, TimeUnit.SECONDS);
            }
        }
        assertEquals(
                List.of("c0", "c1", "c2", "c3", "d"),
                names(ROOT).stream().sorted().toList());
        remove(AGENT, at("d"), Kept.NOT, new Tally());
        deleteData();
    }

    /// Two who remove the same tree, and one who fills it: it goes in the end, or somebody is told why not.
    @Test
    void treeThatIsFilledMeanwhileIsRemovedOrRefused() throws Exception {
        tree();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var filling = threads.submit(() -> {
                int made = 0;
                try {
                    for (; made < 500; made++) {
                        file(sub, "more" + made);
                    }
                } catch (FsException gone) {
                    assertEquals(Errno.ENOENT, gone.errno());
                }
                return made;
            });
            List<Future<Boolean>> removals = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                removals.add(threads.submit(() -> {
                    try {
                        remove(AGENT, at("d"), Kept.NOT, new Tally());
                        return true;
                    } catch (FsException refused) {
                        assertTrue(
                                refused.errno() == Errno.ENOENT || refused.errno() == Errno.ENOTEMPTY,
                                refused.errno().name());
                        return false;
                    }
                }));
            }
            for (Future<Boolean> removal : removals) {
                removal.get(60, TimeUnit.SECONDS);
            }
            filling.get(60, TimeUnit.SECONDS);
        }
        deleteData();
    }
}
