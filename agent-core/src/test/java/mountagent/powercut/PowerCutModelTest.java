package mountagent.powercut;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.maintenance.Finding;
import mountagent.maintenance.Severity;
import mountagent.meta.Cursor;
import mountagent.meta.IdKind;
import mountagent.meta.IdRange;
import mountagent.meta.MetaEngine;
import mountagent.meta.Node;
import mountagent.meta.Scan;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqliteLocation;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Cuts the power at random points of random work on a volume and opens what is left: every byte that was synced is
/// there, nothing refers to data that was deleted, no id is handed out twice.
class PowerCutModelTest {
    /// How often the power is cut; `-Dpowercut.cuts` and `-Dpowercut.seed` set others.
    private static final int CUTS = Integer.getInteger("powercut.cuts", 15);

    private static final int STEPS_MAX = 60;

    @TempDir
    private Path folder;

    @Test
    void whatWasSyncedSurvives() throws Exception {
        long seed = Long.getLong("powercut.seed", Clock.SYSTEM.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        Path database = folder.resolve("live.db");
        var instant = new ReentrantReadWriteLock();
        MetaEngine sqlite = SqlEngine.open(SqliteLocation.of(database), SqlOptions.of(SqlOptions.Access.CREATE));
        CutEngine engine = new CutEngine(sqlite, database, instant);
        engine.prepare();
        CutStore store = new CutStore(instant);
        try (TestVolume volume = TestVolume.create(engine, store, Clock.SYSTEM)) {
            CutVolume work = new CutVolume(volume, random);
            for (int number = 0; number < CUTS; number++) {
                for (int i = random.nextInt(STEPS_MAX); i >= 0; i--) {
                    work.change();
                }
                long deletions = store.deletions();
                if (number % 2 == 0 && work.removeSynced()) {
                    await(() -> store.deletions() > deletions);
                }
                Path left = Files.createDirectory(folder.resolve("cut" + number));
                checkLeft(cutAt(instant, () -> Cut.make(database, engine, store, left)), work);
            }
        } catch (AssertionError | FsException wrong) {
            throw new AssertionError("with -Dpowercut.seed=" + seed + ": " + wrong.getMessage(), wrong);
        }
    }

    /// Cuts while no call of the engine or the store is under way.
    private static Cut cutAt(ReadWriteLock instant, Callable<Cut> cut) throws Exception {
        instant.writeLock().lock();
        try {
            return cut.call();
        } finally {
            instant.writeLock().unlock();
        }
    }

    /// Waits for something that happens soon, but need not happen.
    private static void await(BooleanSupplier condition) {
        long deadline = Clock.SYSTEM.nanoTime() + 2_000_000_000L;
        while (!condition.getAsBoolean() && Clock.SYSTEM.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    private static void checkLeft(Cut cut, CutVolume work) throws FsException, IOException {
        MetaEngine engine =
                SqlEngine.open(SqliteLocation.of(cut.metaDb()), SqlOptions.of(SqlOptions.Access.READ_WRITE));
        try {
            checkIds(engine, cut);
            TestVolume after = TestVolume.open(engine, cut.store(), Clock.SYSTEM);
            try {
                checkFindings(after, cut);
                for (SafeFile file : work.files()) {
                    checkFile(after, file);
                }
            } finally {
                after.closeUnchecked();
            }
        } finally {
            engine.close();
        }
    }

    /// Ids that were handed out before are not handed out again, whether or not anything was made of them.
    private static void checkIds(MetaEngine engine, Cut cut) throws FsException {
        for (IdKind kind : List.of(IdKind.INODE, IdKind.SLICE)) {
            IdRange range = engine.allocate(kind, 1);
            assertTrue(
                    !cut.ids().contains(CutEngine.key(kind, range.first())),
                    () -> kind + " " + range.first() + " is handed out again");
        }
    }

    /// The metadata is sound; blocks are missing only where nobody has synced them.
    private static void checkFindings(TestVolume after, Cut cut) throws FsException {
        List<String> found = after.check().atLeast(Severity.WARNING).stream()
                .map(Finding::toString)
                .filter(text -> cut.dropped().stream().noneMatch(key -> text.contains("object " + key + " is missing")))
                .toList();
        assertEquals(List.of(), found);
    }

    private static void checkFile(TestVolume after, SafeFile file) throws FsException {
        byte[] safe = file.safe();
        // A removal that nobody synced may survive: a commit for another operation may have covered it.
        if (safe == null || (file.isRemoved && !exists(after, file.inode))) {
            return;
        }
        Node node = after.meta().node(file.inode);
        BitSet changed = file.changed();
        for (int from = changed.nextClearBit(0); from < safe.length; ) {
            int end = changed.nextSetBit(from);
            int to = end < 0 ? safe.length : Math.min(end, safe.length);
            byte[] expected = Arrays.copyOfRange(safe, from, to);
            byte[] left = CutVolume.read(after, file.inode, from, to - from);
            int at = from;
            assertArrayEquals(
                    expected, left, () -> "inode " + file.inode + " of length " + node.length() + ", bytes from " + at);
            from = changed.nextClearBit(to);
        }
    }

    private static boolean exists(TestVolume after, long inode) throws FsException {
        return after.engine().scan(new Scan.Nodes(), Cursor.START, 100_000).records().stream()
                .anyMatch(found -> found.inode() == inode);
    }
}
