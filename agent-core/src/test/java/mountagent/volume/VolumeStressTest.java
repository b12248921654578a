package mountagent.volume;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.meta.MetaEngine;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqliteLocation;
import mountagent.object.ObjectStore;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many threads write, copy, cut, rename and remove files of one volume, each in a directory of its own, while slices
/// are compacted and deleted behind them: each reads back what it wrote, also after another mount.
class VolumeStressTest {
    private static final int THREADS = 6;

    /// `-Dstress.operations` sets how many each thread makes.
    private static final int OPERATIONS = Integer.getInteger("stress.operations", 400);

    @TempDir
    private Path folder;

    @Test
    void everyThreadReadsBackWhatItWrote() throws Exception {
        long seed = Clock.SYSTEM.nanoTime();
        ObjectStore store = new MemoryStore(Clock.SYSTEM);
        List<RandomChanges> changes = new ArrayList<>();
        try (TestVolume volume = TestVolume.create(open(SqlOptions.Access.CREATE), store, Clock.SYSTEM)) {
            for (int i = 0; i < THREADS; i++) {
                changes.add(new RandomChanges(volume.fs(), "thread" + i, seed + i));
            }
            rage(changes);
            for (RandomChanges mine : changes) {
                mine.checkAll(volume.fs());
            }
        }
        try (TestVolume again = TestVolume.open(open(SqlOptions.Access.READ_WRITE), store, Clock.SYSTEM)) {
            for (RandomChanges mine : changes) {
                mine.checkAll(again.fs());
            }
        }
    }

    /// What one client has closed, the other sees when it opens it.
    @Test
    void twoClientsSeeWhatTheOtherClosed() throws Exception {
        long seed = Long.getLong("stress.seed", Clock.SYSTEM.nanoTime());
        ObjectStore store = new MemoryStore(Clock.SYSTEM);
        try (TestVolume one = TestVolume.create(open(SqlOptions.Access.CREATE), store, Clock.SYSTEM)) {
            TestVolume other = TestVolume.open(open(SqlOptions.Access.READ_WRITE), store, Clock.SYSTEM);
            RandomChanges changes = new RandomChanges(List.of(one.fs(), other.fs()), "shared", seed);
            try {
                for (int i = 0; i < 4 * OPERATIONS; i++) {
                    changes.change();
                }
                changes.checkAll(one.fs());
                changes.checkAll(other.fs());
            } catch (AssertionError | FsException wrong) {
                throw new AssertionError("with -Dstress.seed=" + seed + ": " + wrong.getMessage(), wrong);
            } finally {
                other.close();
            }
        }
    }

    private MetaEngine open(SqlOptions.Access access) throws Exception {
        MetaEngine engine = SqlEngine.open(SqliteLocation.of(folder.resolve("stress.db")), SqlOptions.of(access));
        engine.prepare();
        return engine;
    }

    private static void rage(List<RandomChanges> changes) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (RandomChanges mine : changes) {
                running.add(threads.submit(() -> {
                    for (int i = 0; i < OPERATIONS; i++) {
                        mine.change();
                    }
                    return null;
                }));
            }
            for (Future<?> thread : running) {
                thread.get(120, TimeUnit.SECONDS);
            }
        }
    }
}
