package mountagent.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaStore;
import mountagent.meta.ReadPlan;
import mountagent.meta.VolumeFormat;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.memory.MemoryStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The metadata goes only when every object has.
class DestructionTest {
    private static final int OBJECTS = 2500;

    private final MetaEngine engine = new MemoryEngine();
    private final FaultyStore store = new FaultyStore(new MemoryStore(Clock.SYSTEM));

    @BeforeEach
    void makeVolume() throws FsException, ObjectStoreException {
        MetaStore.format(engine, VolumeFormat.create("vol", "01234567-89ab-4cde-8f01-23456789abcd"), Clock.SYSTEM);
        for (int i = 0; i < OBJECTS; i++) {
            put("chunks/0/0/" + i + "_0_1");
        }
        put("juicefs_uuid");
        put("meta/dump-2026-01-01-000000.json.gz");
    }

    private void put(String key) throws ObjectStoreException {
        store.put(key, MemorySegment.ofArray(new byte[1]));
    }

    private long destroy() throws FsException {
        return new Destruction(engine, store, Progress.NONE).run();
    }

    private @Nullable String setting() throws FsException {
        return engine.read(ReadPlan.of(new Item.Setting()), reader -> reader.get(new Item.Setting()));
    }

    private int left() throws ObjectStoreException {
        return store.list("", "", OBJECTS * 2).objects().size();
    }

    @Test
    void everythingGoes() throws Exception {
        assertEquals(OBJECTS + 2, destroy());
        assertEquals(0, left());
        assertNull(setting());
    }

    @Test
    void aListingThatBreaksOffKeepsTheMetadata() throws Exception {
        for (int failing = 1; failing <= 3; failing++) {
            store.failNth(Operation.LIST, failing, Kind.TRANSIENT);
            FsException failure = assertThrows(FsException.class, this::destroy);
            assertTrue(String.valueOf(failure.getMessage()).contains("destroy it again"), failure.getMessage());
            store.heal();
            assertNotNull(setting(), "listing " + failing);
            assertTrue(store.head("juicefs_uuid").isPresent());
        }
        destroy();
        assertEquals(0, left());
    }

    @Test
    void anObjectThatStaysKeepsTheMetadata() throws Exception {
        store.fail(Operation.DELETE, key -> key.endsWith("/777_0_1"), 1, 1, Kind.DENIED, FaultyStore.Moment.BEFORE);
        assertEquals(Errno.EIO, assertThrows(FsException.class, this::destroy).errno());
        assertNotNull(setting());
        assertTrue(store.head("juicefs_uuid").isPresent(), "whose bucket it is must be known to the next try");
        destroy();
        assertNull(setting());
    }

    @Test
    void whoeverGoesOnWritingKeepsIt() throws Exception {
        int[] puts = new int[1];
        store.onCall(Operation.LIST, () -> put("chunks/9/9/" + ++puts[0] + "_0_1"));
        assertEquals(Errno.EBUSY, assertThrows(FsException.class, this::destroy).errno());
        assertNotNull(setting());
    }
}
