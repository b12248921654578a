package mountagent.maintenance.dump;

import static mountagent.maintenance.dump.Dumps.dump;
import static mountagent.maintenance.dump.Dumps.load;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.meta.memory.MemoryEngine;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqliteLocation;
import mountagent.object.memory.MemoryStore;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Dumps of volumes that change all the while: they can be loaded, and make consistent volumes.
class ChangingVolumeDumpTest {
    /// How many dumps are made; `-Ddump.rounds` sets another number.
    private static final int ROUNDS = Integer.getInteger("dump.rounds", 12);

    private static final int PLACES = 30;
    private static final int DIRECTORIES_MAX = 40;

    @TempDir
    private Path folder;

    private final AtomicBoolean stopped = new AtomicBoolean();

    /// Makes, moves, links and removes at random, until it is stopped; how often something worked.
    private long change(MetaStore meta, long seed) throws FsException {
        var random = new Random(seed);
        List<Long> directories = new ArrayList<>(List.of(1L));
        long worked = 0;
        while (!stopped.get()) {
            DentryKey one = place(directories, random);
            DentryKey other = place(directories, random);
            try {
                boolean isRoomy = directories.size() < DIRECTORIES_MAX;
                switch (random.nextInt(isRoomy ? 6 : 5)) {
                    case 5 ->
                        directories.add(meta.mknod(Caller.AGENT, one, NodeSpec.directory(0755))
                                .inode());
                    case 0, 1 -> meta.mknod(Caller.AGENT, one, NodeSpec.file(0644));
                    case 2 ->
                        meta.link(Caller.AGENT, meta.lookup(Caller.AGENT, one).inode(), other);
                    case 3 -> meta.unlink(Caller.AGENT, one, 0);
                    default -> meta.rename(Caller.AGENT, one, other, Set.<RenameFlag>of(), 0, 0);
                }
                worked++;
            } catch (FsException refused) {
                if (!refused.isExpected()) {
                    throw refused;
                }
            }
        }
        return worked;
    }

    private static DentryKey place(List<Long> directories, Random random) {
        return new DentryKey(
                directories.get(random.nextInt(directories.size())), FileName.of("name" + random.nextInt(PLACES)));
    }

    private void dumpWhileItChanges(MetaEngine engine, DumpOptions options) throws Exception {
        long seed = Clock.SYSTEM.nanoTime();
        MetaStore.format(
                engine,
                VolumeFormat.create("busy", "01234567-89ab-4cde-8f01-23456789abcd")
                        .withTrashDays(0),
                Clock.SYSTEM);
        MetaStore meta = MetaStore.open(engine, MetaOptions.of(Clock.SYSTEM));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Callable<Long> one = () -> change(meta, seed);
            Callable<Long> two = () -> change(meta, seed + 1);
            List<Future<Long>> changes = List.of(threads.submit(one), threads.submit(two));
            for (int i = 0; i < ROUNDS; i++) {
                String dump = dump(engine, options);
                MetaEngine loaded = new MemoryEngine();
                long omitted = load(loaded, dump).omitted();
                boolean isStill = options.view() == DumpOptions.View.SNAPSHOT;
                assertTrue(!isStill || omitted == 0, "a snapshot has a directory twice");
                TestVolume.open(loaded, new MemoryStore(Clock.SYSTEM), Clock.SYSTEM)
                        .closeWith(Set.of());
            }
            stopped.set(true);
            for (Future<Long> change : changes) {
                assertTrue(change.get(20, TimeUnit.SECONDS) > 0);
            }
        } catch (AssertionError | FsException wrong) {
            throw new AssertionError("with seed " + seed + ": " + wrong.getMessage(), wrong);
        } finally {
            stopped.set(true);
            threads.shutdown();
            assertEquals(true, threads.awaitTermination(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void aLiveDumpOfAChangingVolumeIsAConsistentVolume() throws Exception {
        dumpWhileItChanges(
                new MemoryEngine(),
                DumpOptions.whole().withView(DumpOptions.View.LIVE).withThreadsMax(3));
    }

    @Test
    void aSnapshotOfAChangingVolumeIsAConsistentVolume() throws Exception {
        try (MetaEngine engine =
                SqlEngine.open(SqliteLocation.of(folder.resolve("meta.db")), SqlOptions.of(SqlOptions.Access.CREATE))) {
            dumpWhileItChanges(engine, DumpOptions.whole());
        }
    }
}
