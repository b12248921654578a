package mountagent.maintenance.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.Progress;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.meta.Counter;
import mountagent.meta.Durability;
import mountagent.meta.FaultyEngine;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.Mutation;
import mountagent.meta.ReadPlan;
import mountagent.meta.VolumeFormat;
import mountagent.meta.XattrKey;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The job that backs metadata up, run by hand on a volume whose clock is set.
class MetadataBackupTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final XattrKey LAST = new XattrKey(1, FileName.of("lastBackup"));
    private static final String FIRST = "meta/dump-2026-01-01-000000.json.gz";

    private final SettableClock clock = new SettableClock(new Timestamp(1_767_225_600, 5));
    private final MetaEngine engine = new MemoryEngine();
    private final FaultyStore store = new FaultyStore(new MemoryStore(clock));

    @TempDir
    private Path folder;

    @BeforeEach
    void makeAVolume() throws FsException {
        MetaStore.format(engine, VolumeFormat.create("jobs", "01234567-89ab-4cde-8f01-23456789abcd"), clock);
        MetaStore meta = MetaStore.open(engine, MetaOptions.of(clock));
        for (int i = 0; i < 2000; i++) {
            meta.mknod(Caller.AGENT, new DentryKey(1, FileName.of("file" + i)), NodeSpec.file(0644));
        }
    }

    private MetadataBackup backup(Duration period) {
        return new MetadataBackup(
                engine, store, new MetadataBackup.Plan(period, DumpOptions.Trash.INCLUDED, folder), clock);
    }

    private List<String> backups() throws ObjectStoreException {
        return store.list("meta/", "", 1000).objects().stream()
                .map(ObjectInfo::key)
                .toList();
    }

    private String last() throws FsException {
        Item.XattrOf item = new Item.XattrOf(LAST);
        Bytes stored = engine.read(ReadPlan.of(item), reader -> reader.get(item));
        return stored == null ? "" : stored.toText();
    }

    private void write(Mutation mutation) throws FsException {
        engine.transact(
                ReadPlan.of(new Item.CounterOf(Counter.TOTAL_INODES)),
                transaction -> {
                    transaction.apply(mutation);
                    return mutation;
                },
                Durability.COMMITTED);
    }

    private void assertNothingIsLeftBehind() throws Exception {
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aBackupCanBeLoaded() throws Exception {
        assertTrue(backup(HOUR).run());

        assertEquals(List.of(FIRST), backups());
        assertEquals("2026-01-01T00:00:00Z", last());
        byte[] stored = new byte[Math.toIntExact(store.head(FIRST).orElseThrow().size())];
        store.read(FIRST, 0, MemorySegment.ofArray(stored));
        MetaEngine other = new MemoryEngine();
        try (var source = DumpFile.open(new ByteArrayInputStream(stored))) {
            assertEquals(
                    2000,
                    MetadataLoad.load(other, source, FIRST, Progress.NONE, clock)
                            .entries());
        }
        assertNothingIsLeftBehind();
    }

    @Test
    void oneClientMakesItAndTheNextOneAfterItsPeriod() throws Exception {
        MetadataBackup here = backup(HOUR);
        MetadataBackup there = backup(HOUR);
        assertEquals(0, here.succeededSeconds());
        assertTrue(here.run());
        assertEquals(Instant.parse("2026-01-01T00:00:00Z").getEpochSecond(), here.succeededSeconds());
        assertEquals(0, there.succeededSeconds());
        assertFalse(there.run());
        clock.advance(3500, 0);
        assertFalse(there.run());
        clock.advance(100, 0);
        assertTrue(there.run());
        assertFalse(here.run());
        assertEquals(2, backups().size());
    }

    @Test
    void anOfficialClientsTimeCountsAndNonsenseDoesNot() throws Exception {
        write(new Mutation.PutXattr(LAST, Bytes.utf8("2026-01-01T08:59:00+09:00")));
        assertFalse(backup(HOUR).run());
        write(new Mutation.PutXattr(LAST, Bytes.utf8("yesterday")));
        assertTrue(backup(HOUR).run());
        write(new Mutation.PutXattr(LAST, Bytes.utf8("2036-01-01T00:00:00Z")));
        clock.advance(1, 0);
        assertTrue(backup(HOUR).run());
    }

    @Test
    void aBackupThatFailsIsDueAtOnceAndRemovesNothing() throws Exception {
        String old = "meta/dump-2020-01-01-000000.json.gz";
        store.put(old, MemorySegment.ofArray(new byte[1]));
        store.failNth(Operation.PUT, 1, Kind.FULL);

        assertThrows(ObjectStoreException.class, () -> backup(HOUR).run());

        assertEquals(List.of(old), backups());
        assertEquals("2025-12-31T23:00:00Z", last());
        assertNothingIsLeftBehind();
        assertTrue(backup(HOUR).run());
        assertEquals(List.of(FIRST), backups());
    }

    @Test
    void aListingThatBreaksOffRemovesNothing() throws Exception {
        for (int i = 0; i < 1500; i++) {
            String key = "meta/dump-2020-01-%02d-%06d.json.gz".formatted(1 + i % 28, i / 28);
            store.put(key, MemorySegment.ofArray(new byte[1]));
        }
        store.fail(Operation.LIST, _ -> true, 2, 1, Kind.TRANSIENT, FaultyStore.Moment.BEFORE);

        assertThrows(ObjectStoreException.class, () -> backup(HOUR).run());

        assertEquals(0, store.calls(Operation.DELETE));
        assertTrue(store.head(FIRST).isPresent());
        store.heal();
        clock.advance(3600, 0);
        assertTrue(backup(HOUR).run());
        assertEquals(2, backups().size());
    }

    @Test
    void manyInodesAreNotBackedUpEachHour() throws Exception {
        write(new Mutation.PutCounter(Counter.TOTAL_INODES, 1_000_001));
        assertFalse(backup(HOUR).run());
        assertEquals("", last());
        assertTrue(backup(HOUR.plusSeconds(1)).run());
    }

    @Test
    void aVolumeThatIsGoneIsNotTouched() throws Exception {
        MetaEngine empty = new MemoryEngine();
        var backup = new MetadataBackup(
                empty, store, new MetadataBackup.Plan(HOUR, DumpOptions.Trash.INCLUDED, folder), clock);
        assertThrows(FsException.class, backup::run);
        assertEquals(List.of(), backups());
    }

    @Test
    void closingStopsABackupAndLeavesItToOthers() throws Exception {
        var plan = new MetadataBackup.Plan(HOUR, DumpOptions.Trash.INCLUDED, folder);
        var watched = new FaultyEngine(engine);
        var stopping = new MetadataBackup(watched, store, plan, clock);
        watched.fail(number -> {
            if (number == 15) {
                stopping.close();
            }
            return FaultyEngine.Fault.NONE;
        });
        assertEquals(Errno.EINTR, assertThrows(FsException.class, stopping::run).errno());
        assertTrue(watched.calls() < 40, () -> "went on for " + watched.calls() + " calls");
        assertEquals(List.of(), backups());
        assertNothingIsLeftBehind();
        assertTrue(backup(HOUR).run());
    }

    @Test
    void theJobRunsByItself() throws Exception {
        var plan = new MetadataBackup.Plan(Duration.ofMillis(50), DumpOptions.Trash.INCLUDED, folder);
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        try (var _ = MetadataBackup.start(engine, store, plan, Clock.SYSTEM, new Random(1))) {
            while (store.calls(Operation.PUT) == 0) {
                assertTrue(System.nanoTime() < deadline, "no backup was made");
                Thread.onSpinWait();
            }
        }
        assertNothingIsLeftBehind();
    }
}
