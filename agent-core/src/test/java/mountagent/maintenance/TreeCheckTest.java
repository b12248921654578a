package mountagent.maintenance;

import static mountagent.maintenance.TreeCheck.Statistics.PRESENT;
import static mountagent.maintenance.TreeCheck.Statistics.RECOUNTED;
import static mountagent.maintenance.TreeCheck.Wish.RECURSE;
import static mountagent.maintenance.TreeCheck.Wish.REPAIR;
import static mountagent.volume.TestVolume.ROOT_USER;
import static mountagent.volume.TestVolume.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.Progress;
import mountagent.block.BlockFormat;
import mountagent.block.Compression;
import mountagent.meta.ChunkKey;
import mountagent.meta.Counter;
import mountagent.meta.DirStat;
import mountagent.meta.Durability;
import mountagent.meta.HookedEngine;
import mountagent.meta.Item;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.Outcome;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.memory.MemoryStore;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A tree `/a/b/f` that is damaged in one way after the other: what is found, and what repairs make of it.
class TreeCheckTest {
    private final HookedEngine engine = new HookedEngine(new MemoryEngine());
    private final MemoryStore store = new MemoryStore(Clock.SYSTEM);
    private final BlockTally tally = new BlockTally();
    private TestVolume volume = unset();
    private long a;
    private long b;
    private long f;
    private long slice;
    private String block = "";

    private static TestVolume unset() {
        try {
            return TestVolume.inMemory();
        } catch (FsException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void makeTree() throws FsException {
        volume = TestVolume.create(engine, store, Clock.SYSTEM);
        a = volume.mkdir("a");
        b = volume.fs().mknod(ROOT_USER, at(a, "b"), NodeSpec.directory(0755)).inode();
        volume.put("f", "0123456789");
        volume.fs().rename(ROOT_USER, at("f"), at(b, "f"), Set.of());
        f = volume.fs().lookup(ROOT_USER, at(b, "f")).inode();
        slice = volume.meta().slices(new ChunkKey(f, 0)).getFirst().id();
        block = "chunks/0/0/" + slice + "_0_10";
    }

    private TreeCheck.Result run(String path, TreeCheck.Statistics statistics, TreeCheck.Wish... wishes)
            throws FsException {
        EnumSet<TreeCheck.Wish> wanted = EnumSet.noneOf(TreeCheck.Wish.class);
        wanted.addAll(List.of(wishes));
        BlockFormat format = new BlockFormat(volume.meta().format().blockSizeBytes(), Compression.NONE, false);
        return new TreeCheck(
                        volume.meta(),
                        store,
                        format,
                        new TreeCheck.Order(wanted, statistics, 0700, null),
                        tally,
                        Progress.NONE,
                        Clock.SYSTEM)
                .run(path);
    }

    private static List<String> texts(TreeCheck.Result result) {
        return result.report().findings().stream().map(Finding::text).toList();
    }

    private void change(Mutation... mutations) throws FsException {
        engine.transact(
                ReadPlan.of(),
                transaction -> {
                    List.of(mutations).forEach(transaction::apply);
                    return null;
                },
                Durability.COMMITTED);
    }

    private Node node(long inode) throws FsException {
        Item.NodeOf item = new Item.NodeOf(inode);
        return Objects.requireNonNull(engine.read(ReadPlan.of(item), reader -> reader.get(item)));
    }

    private void edit(long inode, UnaryOperator<NodeDraft> how) throws FsException {
        Item.NodeOf item = new Item.NodeOf(inode);
        engine.transact(
                ReadPlan.of(item),
                transaction -> {
                    Node now = Objects.requireNonNull(transaction.get(item));
                    transaction.apply(
                            new Mutation.UpdateNode(inode, how.apply(now.edit()).done()));
                    return null;
                },
                Durability.COMMITTED);
    }

    private DirStat stat(long directory) throws FsException {
        Item.DirStatOf item = new Item.DirStatOf(directory);
        return Objects.requireNonNull(engine.read(ReadPlan.of(item), reader -> reader.get(item)));
    }

    @Test
    void aSoundTreeIsClean() throws FsException {
        assertEquals(List.of(), texts(run("/", RECOUNTED, RECURSE)));
        assertEquals("Used by 1 slices (10 bytes)", tally.usedText());
        assertEquals(List.of(), texts(run("/a/b/f", PRESENT)));
        volume.close();
    }

    @Test
    void aPlaceThatIsNotThereIsAnError() {
        FsException missing = assertThrows(FsException.class, () -> run("/a/x", PRESENT));
        assertEquals(Errno.ENOENT, missing.errno());
        FsException through = assertThrows(FsException.class, () -> run("/a/b/f/x", PRESENT));
        assertEquals(Errno.ENOTDIR, through.errno());
    }

    @Test
    void lostAttributesOfADirectoryComeBack() throws FsException {
        change(new Mutation.RemoveNode(b));
        assertEquals(List.of("inode " + b + " (/a/b) is a directory without attributes"), texts(run("/a/b", PRESENT)));
        TreeCheck.Result repaired = run("/a/b", PRESENT, REPAIR);
        assertEquals(1, repaired.repairs());
        assertEquals(List.of(), texts(repaired));
        assertEquals(0700, node(b).mode());
        assertEquals(a, node(b).parent());
        volume.close();
    }

    @Test
    void lostAttributesOfTheRootComeBack() throws FsException {
        change(new Mutation.RemoveNode(1));
        assertEquals(1, run("/", PRESENT, REPAIR, RECURSE).repairs());
        assertEquals(3, node(1).nlink());
        volume.close();
    }

    @Test
    void wrongLinkCountsAreSetRight() throws FsException {
        edit(a, draft -> draft.nlink(9));
        assertEquals(
                List.of("inode " + a + " (/a) has 1 directories in it, but a link count of 9"),
                texts(run("/", PRESENT, RECURSE)));
        assertEquals(List.of(), texts(run("/", PRESENT)), "only the root is looked at");
        assertEquals(1, run("/a", PRESENT, REPAIR).repairs());
        volume.close();
    }

    @Test
    void aDirectoryMadeDuringTheRepairIsCounted() throws FsException {
        edit(a, draft -> draft.nlink(9));
        int[] looks = new int[1];
        engine.before((scan, _) -> {
            if (scan.equals(new Scan.Directory(a, Scan.Detail.NODES)) && ++looks[0] == 2) {
                volume.fs().mknod(ROOT_USER, at(a, "new"), NodeSpec.directory(0755));
            }
        });
        run("/a", PRESENT, REPAIR);
        engine.before((scan, _) -> {
            if (scan.equals(new Scan.Directory(a, Scan.Detail.NODES)) && looks[0] == 1) {
                throw new FsException(Errno.EIO, "the hook was not reached");
            }
        });
        run("/a", PRESENT, REPAIR);
        assertEquals(4, node(a).nlink());
        volume.close();
    }

    @Test
    void aRepairByAnOldLookDoesNothing() throws FsException {
        edit(a, draft -> draft.nlink(9));
        DirectoryLook look = DirectoryLook.at(engine, a, _ -> {});
        DirectoryRepair repair = new DirectoryRepair(engine, Clock.SYSTEM, 0755);
        volume.fs().mknod(ROOT_USER, at(a, "new"), NodeSpec.directory(0755));
        assertEquals(false, repair.correctLinks(look));
        assertEquals(false, repair.correctStat(look));
        assertEquals(false, repair.restoreNode(at("a"), look));
        assertEquals(10, node(a).nlink());
    }

    @Test
    void missingAndImpossibleStatisticsAreRecounted() throws FsException {
        change(new Mutation.RemoveDirStat(b), new Mutation.PutDirStat(a, new DirStat(0, -5, -1)));
        List<String> found = texts(run("/", PRESENT, RECURSE));
        assertEquals(2, found.size());
        assertTrue(found.contains("inode " + b + " (/a/b) has no statistics"), found::toString);
        assertEquals(2, run("/", PRESENT, RECURSE, REPAIR).repairs());
        assertEquals(new DirStat(10, 4096, 1), stat(b));
        assertEquals(new DirStat(0, 4096, 1), stat(a));
        volume.close();
    }

    @Test
    void statisticsAreComparedWhenAsked() throws FsException {
        change(new Mutation.PutDirStat(b, new DirStat(10, 8192, 2)));
        assertEquals(List.of(), texts(run("/", PRESENT, RECURSE)));
        assertEquals(1, texts(run("/", RECOUNTED, RECURSE)).size());
        assertEquals(1, run("/", RECOUNTED, RECURSE, REPAIR).repairs());
        volume.close();
    }

    @Test
    void statisticsThatChangeDuringTheLookAreNotOverwritten() throws FsException {
        change(new Mutation.PutDirStat(b, new DirStat(10, 8192, 2)));
        DirectoryLook look = DirectoryLook.at(engine, b, _ -> {});
        volume.put("g", "x");
        volume.fs().rename(ROOT_USER, at("g"), at(b, "g"), Set.of());
        assertEquals(false, new DirectoryRepair(engine, Clock.SYSTEM, 0755).correctStat(look));
        assertEquals(1, run("/a/b", RECOUNTED, REPAIR).repairs());
        volume.close();
    }

    @Test
    void recountingWithoutTheTreeNeverTouchesTheCounters() throws FsException {
        assertEquals(0, run("/", RECOUNTED, REPAIR).repairs());
        change(new Mutation.AddCounter(Counter.USED_SPACE, 4096), new Mutation.AddCounter(Counter.TOTAL_INODES, -1));
        assertEquals(0, run("/", RECOUNTED, REPAIR).repairs());
        assertEquals(1, texts(run("/", RECOUNTED, RECURSE)).size());
        assertEquals(2, run("/", RECOUNTED, RECURSE, REPAIR).repairs());
        volume.close();
    }

    @Test
    void aDirectoryWithoutARowIsToldWhileRecounting() throws FsException {
        change(new Mutation.RemoveNode(b));
        assertEquals(
                1,
                texts(run("/a", RECOUNTED, RECURSE)).stream()
                        .filter(text -> text.contains("without attributes"))
                        .count());
    }

    @Test
    void anEntryWithoutANodeIsTold() throws FsException {
        change(new Mutation.RemoveNode(f));
        assertEquals(
                List.of("inode " + f + " (/a/b/f) is listed as a FILE, but does not exist: its attributes are lost"),
                texts(run("/a/b/f", PRESENT)));
        assertEquals(1, texts(run("/", PRESENT, RECURSE)).size());
    }

    @Test
    void wrongParentsAndLinkCountsOfFilesAreTold() throws FsException {
        edit(f, draft -> draft.parent(a));
        assertEquals(
                List.of("inode " + f + " (/a/b/f) says its parent is " + a + ", but it lies in " + b),
                texts(run("/", PRESENT, RECURSE)));
        edit(f, draft -> draft.parent(b).nlink(0));
        assertEquals(1, texts(run("/", PRESENT, RECURSE)).size());
        edit(f, draft -> draft.parent(0).nlink(1));
        assertEquals(1, texts(run("/", PRESENT, RECURSE)).size(), "nobody counts its links");
        edit(b, draft -> draft.parent(1));
        assertEquals(2, texts(run("/", PRESENT, RECURSE)).size());
    }

    @Test
    void missingAndEmptiedBlocksAreTold() throws Exception {
        store.put(block, MemorySegment.ofArray(new byte[0]));
        List<String> emptied = texts(run("/a/b/f", PRESENT));
        assertEquals(1, emptied.size());
        assertTrue(emptied.getFirst().contains("has 0 bytes"), emptied::toString);
        assertEquals(0, tally.lostCount());
        store.delete(block);
        List<String> lost = texts(run("/", PRESENT, RECURSE));
        assertEquals(
                List.of("can't find block " + block + ", which belongs to chunk 0 of inode " + f + " (/a/b/f)"), lost);
        assertEquals("1 objects are lost (10 bytes), 1 broken files:", tally.lostText());
    }

    @Test
    void recordsThatMakeNoSenseAndReferencesTooFewAreTold() throws FsException {
        change(new Mutation.AddSliceRefs(new SliceKey(slice, 10), -1, new Outcome<>()));
        assertTrue(texts(run("/a/b/f", PRESENT)).getFirst().contains("counted less often"));
        change(new Mutation.AddSliceRefs(new SliceKey(slice, 10), 1, new Outcome<>()));
        change(new Mutation.AppendSlice(new ChunkKey(f, 0), new Slice(0, 999, 10, 5, 10), new Outcome<>()));
        assertTrue(texts(run("/a/b/f", PRESENT)).getFirst().contains("makes no sense"));
    }
}
