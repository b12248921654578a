package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.SplittableRandom;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.maintenance.CheckReport;
import mountagent.maintenance.Severity;
import mountagent.maintenance.VolumeChecker;
import mountagent.meta.FaultyEngine.Fault;
import mountagent.meta.memory.MemoryEngine;
import mountagent.model.MetaStorm;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random operations over an engine that fails before or after having done its work: the volume stays consistent, and
/// the client goes on when the engine is well again.
class MetaStoreFaultTest {
    private static final int OPERATIONS = 8000;
    private static final int HEALTHY_OPERATIONS = 500;

    /// One call in so many fails.
    private static final int RARITY = 7;

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void failuresLeaveAConsistentVolume(int trashDays) throws FsException {
        long seed = Long.getLong("fault.seed", Clock.SYSTEM.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        SplittableRandom faults = random.split();
        FaultyEngine engine = new FaultyEngine(new MemoryEngine());
        VolumeFormat format = VolumeFormat.create("fault", "00000000-0000-4000-8000-000000000000");
        MetaStore.format(engine, format.withTrashDays(trashDays), Clock.SYSTEM);
        try (MetaStorm storm = new MetaStorm(engine, Clock.SYSTEM, Set.of(Errno.EIO))) {
            engine.fail(_ -> fault(faults));
            storm.run(random, OPERATIONS);
            assertTrue(engine.calls() > OPERATIONS / 2);
            engine.heal();
            assertConsistent(engine, seed);
            storm.run(random, HEALTHY_OPERATIONS);
            storm.end();
        }
        assertConsistent(engine, seed);
        engine.close();
    }

    private static Fault fault(SplittableRandom random) {
        return switch (random.nextInt(2 * RARITY)) {
            case 0 -> Fault.BEFORE;
            case 1 -> Fault.AFTER;
            default -> Fault.NONE;
        };
    }

    private static void assertConsistent(MetaEngine engine, long seed) throws FsException {
        CheckReport report = VolumeChecker.ofMetadata(engine).check();
        assertEquals("", report.isCleanOf(Severity.WARNING) ? "" : report.toText(), () -> "with -Dfault.seed=" + seed);
    }
}
