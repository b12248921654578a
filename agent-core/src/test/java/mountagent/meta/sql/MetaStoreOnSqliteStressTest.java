package mountagent.meta.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import mountagent.base.Clock;
import mountagent.maintenance.CheckReport;
import mountagent.maintenance.Severity;
import mountagent.maintenance.VolumeChecker;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.model.MetaStorm;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Many threads of two clients, each with an engine of its own on one file, work on the same few names: the volume is
/// consistent afterwards, whatever met whatever.
class MetaStoreOnSqliteStressTest {
    private static final int THREADS = 6;

    /// `-Dstress.operations` sets how many each thread makes.
    private static final int OPERATIONS = Integer.getInteger("stress.operations", 1000);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void concurrentChangesLeaveAConsistentVolume(int trashDays) throws Exception {
        SqliteLocation location = SqliteLocation.of(folder.resolve("stress.db"));
        try (MetaEngine first = SqlEngine.open(location, SqlOptions.of(SqlOptions.Access.CREATE))) {
            first.prepare();
            VolumeFormat format = VolumeFormat.create("stress", "00000000-0000-4000-8000-000000000000");
            MetaStore.format(first, format.withTrashDays(trashDays), Clock.SYSTEM);
            try (MetaEngine second = SqlEngine.open(location, SqlOptions.of(SqlOptions.Access.READ_WRITE));
                    MetaStorm one = new MetaStorm(first, Clock.SYSTEM, Set.of());
                    MetaStorm other = new MetaStorm(second, Clock.SYSTEM, Set.of())) {
                rage(List.of(one, other));
                one.end();
                other.end();
                assertTrue(one.made() > 50);
            }
            CheckReport report = VolumeChecker.ofMetadata(first).check();
            assertEquals("", report.isCleanOf(Severity.WARNING) ? "" : report.toText());
        }
    }

    private static void rage(List<MetaStorm> clients) throws Exception {
        long seed = Clock.SYSTEM.nanoTime();
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (int i = 0; i < THREADS; i++) {
                MetaStorm client = clients.get(i % clients.size());
                SplittableRandom random = new SplittableRandom(seed + i);
                running.add(threads.submit(() -> {
                    client.run(random, OPERATIONS);
                    return null;
                }));
            }
            for (Future<?> thread : running) {
                thread.get(120, TimeUnit.SECONDS);
            }
        }
    }
}
