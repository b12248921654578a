package mountagent.meta.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.meta.Counter;
import mountagent.meta.Durability;
import mountagent.meta.Item;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.Mutation;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.ReadPlan;
import mountagent.meta.VolumeFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Threads that fill a limit together, in commits they share: as much fits as may, and no more.
class QuotaRaceTest {
    private static final int THREADS = 16;
    private static final int FILES_MAX = 100;
    private static final long ROOT = 1;

    @TempDir
    private Path folder;

    private SqlEngine engine;
    private MetaStore meta;

    @BeforeEach
    void makeVolume() throws FsException {
        engine = SqlEngine.open(SqliteLocation.of(folder.resolve("meta.db")), SqlOptions.of(SqlOptions.Access.CREATE));
        VolumeFormat format = VolumeFormat.create("race", "00000000-0000-4000-8000-000000000000")
                .withTrashDays(0);
        MetaStore.format(engine, format, Clock.SYSTEM);
        meta = MetaStore.open(engine, MetaOptions.of(Clock.SYSTEM));
        meta.openSession(Bytes.utf8("{}"), 1L << 40);
    }

    @AfterEach
    void close() {
        meta.close();
        engine.close();
    }

    private static DentryKey at(long directory, String name) {
        return new DentryKey(directory, FileName.of(name));
    }

    /// Makes files in `directory` with many threads until each is refused twice; how many there are.
    private int fill(long directory, Errno refusal) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Callable<Integer>> makers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                String mine = "t" + i + "-";
                makers.add(() -> make(directory, mine, refusal));
            }
            int made = 0;
            for (Future<Integer> maker : threads.invokeAll(makers)) {
                made += maker.get();
            }
            return made;
        }
    }

    private int make(long directory, String prefix, Errno refusal) throws FsException {
        int made = 0;
        int refused = 0;
        while (refused < 2) {
            try {
                meta.mknod(Caller.AGENT, at(directory, prefix + made), NodeSpec.file(0644));
                made++;
            } catch (FsException full) {
                assertEquals(refusal, full.errno());
                refused++;
            }
        }
        return made;
    }

    @Test
    void directoryTakesAsMuchAsItMay() throws Exception {
        long directory = meta.mknod(Caller.AGENT, at(ROOT, "q"), NodeSpec.directory(0755))
                .inode();
        QuotaKey key = new QuotaKey(QuotaKey.Kind.DIRECTORY, directory);
        engine.transact(
                ReadPlan.of(),
                transaction -> {
                    transaction.apply(new Mutation.PutQuota(key, new Quota(-1, FILES_MAX, 0, 0)));
                    return key;
                },
                Durability.COMMITTED);
        meta.reload();
        assertEquals(FILES_MAX, fill(directory, Errno.EDQUOT));
        Item.QuotaOf item = new Item.QuotaOf(key);
        Quota quota = engine.read(ReadPlan.of(item), reader -> reader.get(item));
        assertTrue(quota != null && quota.usedInodes() == FILES_MAX, () -> String.valueOf(quota));
    }

    @Test
    void volumeTakesAsMuchAsItMay() throws Exception {
        MetaStore.update(engine, meta.format().withInodes(FILES_MAX), Clock.SYSTEM);
        meta.reload();
        assertEquals(FILES_MAX, fill(ROOT, Errno.ENOSPC));
        Item.CounterOf item = new Item.CounterOf(Counter.TOTAL_INODES);
        long inodes = engine.read(ReadPlan.of(item), reader -> reader.get(item));
        assertEquals(FILES_MAX, inodes);
    }
}
