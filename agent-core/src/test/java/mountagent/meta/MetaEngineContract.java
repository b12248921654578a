package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every [MetaEngine] keeps: the clauses of its parents on records and scans, and here those on transactions,
/// conflicts and ids. Differences between engines are declared by the methods that a subclass may override.
public abstract class MetaEngineContract extends MetaScanContract {
    private static final int THREADS = 4;
    private static final int ROUNDS = 25;

    @Test
    void workThatThrowsLeavesNothing() throws FsException {
        FsException refusal = new FsException(Errno.EDQUOT, "no");
        FsException thrown = assertThrows(
                FsException.class,
                () -> engine().transact(
                                ReadPlan.of(),
                                transaction -> {
                                    transaction.apply(new Mutation.CreateNode(9, node(FileType.FILE)));
                                    transaction.apply(new Mutation.AddCounter(Counter.USED_SPACE, 1));
                                    throw refusal;
                                },
                                Durability.COMMITTED));

        assertEquals(Errno.EDQUOT, thrown.errno());
        assertNull(get(new Item.NodeOf(9)));
        assertEquals(0, get(new Item.CounterOf(Counter.USED_SPACE)));
    }

    @Test
    void faultsOfTheWorkReachTheCallerAndLeaveNothing() throws FsException {
        ArithmeticException fault = new ArithmeticException("fault");
        assertSame(
                fault,
                assertThrows(
                        ArithmeticException.class,
                        () -> engine().transact(
                                        ReadPlan.of(),
                                        transaction -> {
                                            transaction.apply(new Mutation.CreateNode(9, node(FileType.FILE)));
                                            throw fault;
                                        },
                                        Durability.COMMITTED)));
        assertNull(get(new Item.NodeOf(9)));
        apply(new Mutation.CreateNode(9, node(FileType.FILE)));
    }

    @Test
    void workThatThrowsInAReadReachesTheCaller() {
        FsException refusal = FsException.miss(Errno.ENOENT);

        assertSame(
                refusal,
                assertThrows(
                        FsException.class,
                        () -> engine().read(ReadPlan.of(), _ -> {
                            throw refusal;
                        })));
    }

    @Test
    void ownMutationsDoNotShowInReads() throws FsException {
        Item.NodeOf item = new Item.NodeOf(9);
        apply(new Mutation.CreateNode(9, node(FileType.FILE)));

        engine().transact(
                        ReadPlan.of(item, new Item.CounterOf(Counter.TOTAL_INODES)),
                        transaction -> {
                            transaction.apply(new Mutation.RemoveNode(9));
                            transaction.apply(new Mutation.AddCounter(Counter.TOTAL_INODES, 1));
                            assertNotNull(transaction.get(item));
                            assertEquals(0, transaction.get(new Item.CounterOf(Counter.TOTAL_INODES)));
                            return 0;
                        },
                        Durability.COMMITTED);

        assertNull(get(item));
    }

    @Test
    void theSecondStageDependsOnTheFirst() throws FsException {
        DentryKey key = at(1, "name");
        Node file = node(FileType.FILE);
        apply(new Mutation.CreateNode(9, file), new Mutation.CreateDentry(key, new Dentry(9, FileType.FILE)));
        ReadPlan plan = ReadPlan.of(new Item.DentryAt(key)).then(first -> {
            Dentry found = first.get(new Item.DentryAt(key));
            assertNotNull(found);
            return List.of(new Item.NodeOf(found.inode()));
        });
        ReadPlan right = plan.believing(List.of(new Item.NodeOf(9)));
        ReadPlan wrong = plan.believing(List.of(new Item.NodeOf(8), new Item.SymlinkOf(9)));

        for (ReadPlan each : List.of(plan, right, wrong)) {
            assertEquals(file, engine().read(each, reader -> reader.get(new Item.NodeOf(9))));
            Node changed = engine().transact(
                            each,
                            transaction -> {
                                Node seen = transaction.get(new Item.NodeOf(9));
                                assertNotNull(seen);
                                transaction.apply(new Mutation.UpdateNode(9, seen));
                                return seen;
                            },
                            Durability.COMMITTED);
            assertEquals(file, changed);
        }
    }

    @Test
    void aSecondStageThatThrowsEndsTheTransaction() throws FsException {
        ReadPlan plan = ReadPlan.of(new Item.NodeOf(9)).then(_ -> {
            throw FsException.miss(Errno.ENOENT);
        });

        FsException e = assertThrows(
                FsException.class,
                () -> engine().transact(
                                plan,
                                transaction -> {
                                    transaction.apply(new Mutation.CreateNode(9, node(FileType.FILE)));
                                    return 0;
                                },
                                Durability.COMMITTED));

        assertEquals(Errno.ENOENT, e.errno());
        assertNull(get(new Item.NodeOf(9)));
        assertThrows(FsException.class, () -> engine().read(plan, _ -> 0));
    }

    @Test
    void whatThePlanDoesNotNameIsRefused() {
        ReadPlan plan = ReadPlan.of(new Item.NodeOf(9)).then(_ -> List.of(new Item.NodeOf(10)));

        assertThrows(
                IllegalStateException.class, () -> engine().read(plan, reader -> reader.get(new Item.HasEntries(9))));
        assertThrows(
                IllegalStateException.class,
                () -> engine().transact(
                                plan, transaction -> transaction.get(new Item.HasEntries(9)), Durability.COMMITTED));
    }

    @Test
    void changesAreSeenByOthersAtOnceAndKept() throws Exception {
        MetaEngine other = another();
        apply(new Mutation.CreateNode(9, node(FileType.FILE)));
        assertEquals(node(FileType.FILE), get(other, new Item.NodeOf(9)));

        close(other);
        close(engine());
        assertEquals(node(FileType.FILE), get(another(), new Item.NodeOf(9)));
    }

    @Test
    void powerSafeChangesAndBarriersReturn() throws FsException {
        engine().transact(ReadPlan.of(), _ -> 0, Durability.POWER_SAFE);
        engine().barrier();
        engine().transact(
                        ReadPlan.of(),
                        transaction -> {
                            transaction.apply(new Mutation.CreateNode(9, node(FileType.FILE)));
                            return 0;
                        },
                        Durability.POWER_SAFE);
        engine().barrier();

        assertEquals(node(FileType.FILE), get(new Item.NodeOf(9)));
    }

    @Test
    void concurrentChangesOfOneNodeAreAllKept() throws Exception {
        apply(new Mutation.CreateNode(9, node(FileType.FILE)));

        together(tasks((engine, _) -> {
            for (int i = 0; i < ROUNDS; i++) {
                engine.transact(
                        ReadPlan.of(new Item.NodeOf(9)),
                        transaction -> {
                            Node seen = transaction.get(new Item.NodeOf(9));
                            assertNotNull(seen);
                            Node longer = seen.edit().length(seen.length() + 1).done();
                            transaction.apply(new Mutation.UpdateNode(9, longer));
                            return 0;
                        },
                        Durability.COMMITTED);
            }
            return 0;
        }));

        Node last = get(new Item.NodeOf(9));
        assertNotNull(last);
        assertEquals(THREADS * ROUNDS, last.length());
    }

    @Test
    void twoWritersMakeDirectoriesUnderOneParent() throws Exception {
        apply(new Mutation.CreateNode(1, directory(1)), new Mutation.PutDirStat(1, DirStat.ZERO));

        together(tasks((engine, writer) -> {
            for (int i = 0; i < ROUNDS; i++) {
                makeDirectory(engine, 100 + writer * ROUNDS + i, at(1, writer + "-" + i));
            }
            return 0;
        }));

        Node parent = get(new Item.NodeOf(1));
        assertNotNull(parent);
        assertEquals(2 + THREADS * ROUNDS, parent.nlink());
        assertEquals(
                THREADS * ROUNDS, all(new Scan.Directory(1, Scan.Detail.NAMES)).size());
        assertEquals(THREADS * ROUNDS, get(new Item.CounterOf(Counter.TOTAL_INODES)));
        assertEquals(4096L * THREADS * ROUNDS, get(new Item.CounterOf(Counter.USED_SPACE)));
        assertEquals(new DirStat(0, 4096L * THREADS * ROUNDS, THREADS * ROUNDS), get(new Item.DirStatOf(1)));
    }

    @Test
    void ofTwoThatMakeOneEntryOneWins() throws Exception {
        apply(new Mutation.CreateNode(1, directory(1)));
        for (int round = 0; round < ROUNDS; round++) {
            DentryKey key = at(1, "contested " + round);
            int first = 1000 + round * THREADS;
            List<Boolean> won = together(tasks((engine, writer) -> {
                try {
                    makeDirectory(engine, first + writer, key);
                    return true;
                } catch (FsException e) {
                    assertEquals(Errno.EEXIST, e.errno());
                    return false;
                }
            }));
            assertEquals(1, won.stream().filter(each -> each).count());
            Dentry winner = get(new Item.DentryAt(key));
            assertNotNull(winner);
            assertTrue(won.get((int) (winner.inode() - first)));
        }
        assertEquals(1 + ROUNDS, all(new Scan.Nodes()).size());
    }

    @Test
    void appendsAtTheSameTimeAreAllCounted() throws Exception {
        ChunkKey chunk = new ChunkKey(9, 0);
        SliceKey shared = new SliceKey(1, 10);
        apply(new Mutation.CreateSliceRefs(shared, 1));

        List<Set<Integer>> counts = together(tasks((engine, _) -> {
            Set<Integer> told = new HashSet<>();
            for (int i = 0; i < ROUNDS; i++) {
                Outcome<Integer> count = new Outcome<>();
                Mutation append = new Mutation.AppendSlice(chunk, Slice.whole(0, 1, 10), count);
                apply(engine, ReadPlan.of(), append, new Mutation.AddSliceRefs(shared, 1, new Outcome<>()));
                told.add(count.get());
            }
            return told;
        }));

        Set<Integer> each = new HashSet<>();
        counts.forEach(each::addAll);
        assertEquals(THREADS * ROUNDS, each.size(), "a count was told twice");
        assertEquals(THREADS * ROUNDS, get(new Item.SlicesOf(chunk)).size());
        assertEquals(1 + THREADS * ROUNDS, get(new Item.SliceRefs(shared)));
    }

    @ParameterizedTest
    @EnumSource(IdKind.class)
    void idsAreNeverHandedOutTwice(IdKind kind) throws Exception {
        Set<Long> drawn = new HashSet<>();
        collect(drawn, engine().allocate(kind, 1));
        assertEquals(Set.of(kind == IdKind.INODE ? 2L : 1L), drawn);
        List<List<IdRange>> ranges = together(tasks((engine, writer) -> {
            List<IdRange> mine = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                mine.add(engine.allocate(kind, 1 + writer));
            }
            return mine;
        }));
        ranges.forEach(each -> each.forEach(range -> collect(drawn, range)));
        close(engine());
        MetaEngine again = another();
        collect(drawn, again.allocate(kind, 1024));

        assertEquals(1 + 5 * (1 + 2 + 3 + 4) + 1024, drawn.size());
        long highest = drawn.stream().max(Long::compare).orElseThrow();
        assertEquals(highest + 1, get(again, new Item.NextId(kind)));
    }

    @Test
    void theNextIdsOfAFreshStoreAreKnown() throws FsException {
        assertEquals(2, get(new Item.NextId(IdKind.INODE)));
        assertEquals(1, get(new Item.NextId(IdKind.SLICE)));
        assertEquals(1, get(new Item.NextId(IdKind.SESSION)));
        assertEquals(1, get(new Item.NextId(IdKind.TRASH)));
        assertEquals(1, get(new Item.NextId(IdKind.ACL)));
    }

    @Test
    void theFirstSettingChangesNoSequence() throws FsException {
        engine().allocate(IdKind.INODE, 10);
        apply(engine(), ReadPlan.of(new Item.Setting()), new Mutation.PutSetting("{}"));

        assertEquals(12, get(new Item.NextId(IdKind.INODE)));
        assertEquals(new IdRange(12, 3), engine().allocate(IdKind.INODE, 3));
    }

    @Test
    void anErasedVolumeIsGoneForAllAndAnotherCanBeMade() throws Exception {
        VolumeFormat first = VolumeFormat.create("first", "01234567-89ab-4cde-8f01-23456789abcd");
        MetaStore.format(engine(), first, Clock.SYSTEM);
        makeDirectory(engine(), 5, new DentryKey(1, FileName.of("d")));
        MetaEngine other = another();
        assertEquals(first, MetaStore.open(other, MetaOptions.of(Clock.SYSTEM)).format());
        engine().erase();
        for (MetaEngine looking : List.of(engine(), other)) {
            assertNull(looking.read(ReadPlan.of(new Item.Setting()), reader -> reader.get(new Item.Setting())));
        }
        VolumeFormat second = first.withName("second");
        MetaStore.format(engine(), second, Clock.SYSTEM);
        MetaStore made = MetaStore.open(other, MetaOptions.of(Clock.SYSTEM));
        assertEquals(second, made.format());
        assertEquals(
                List.of(), made.list(1, Scan.Detail.NAMES, Cursor.START, 10).records());
        assertNull(other.read(ReadPlan.of(new Item.NodeOf(5)), reader -> reader.get(new Item.NodeOf(5))));
    }

    @Test
    void anEngineSaysWhatItIs() {
        assertTrue(!engine().describe().isEmpty());
        assertNotNull(engine().readCost());
    }

    private interface Task<T> {
        T run(MetaEngine engine, int number) throws Exception;
    }

    /// One task for each thread; every second one has an engine of its own.
    private <T> List<Callable<T>> tasks(Task<T> task) throws Exception {
        MetaEngine other = another();
        List<Callable<T>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            tasks.add(() -> task.run(number % 2 == 0 ? engine() : other, number));
        }
        return tasks;
    }

    private static void makeDirectory(MetaEngine engine, long inode, DentryKey key) throws FsException {
        Item.NodeOf parent = new Item.NodeOf(key.parent());
        engine.transact(
                ReadPlan.of(parent, new Item.DentryAt(key)),
                transaction -> {
                    Node seen = transaction.get(parent);
                    assertNotNull(seen);
                    if (transaction.get(new Item.DentryAt(key)) != null) {
                        throw FsException.miss(Errno.EEXIST);
                    }
                    transaction.apply(new Mutation.CreateNode(inode, directory(key.parent())));
                    transaction.apply(new Mutation.CreateDentry(key, new Dentry(inode, FileType.DIRECTORY)));
                    transaction.apply(new Mutation.TouchDirectory(key.parent(), seen, 1, TIME));
                    transaction.apply(new Mutation.AddCounter(Counter.TOTAL_INODES, 1));
                    transaction.apply(new Mutation.AddCounter(Counter.USED_SPACE, 4096));
                    transaction.apply(new Mutation.AddDirStat(key.parent(), new DirStat(0, 4096, 1)));
                    return inode;
                },
                Durability.COMMITTED);
    }

    private static void collect(Set<Long> drawn, IdRange range) {
        for (long id = range.first(); id < range.first() + range.count(); id++) {
            assertTrue(drawn.add(id), "handed out twice: " + id);
        }
    }
}
