package mountagent.maintenance.gc;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.block.BlockFormat;
import mountagent.block.Compression;
import mountagent.meta.FaultyEngine;
import mountagent.meta.HookedEngine;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.FaultyStore;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.memory.MemoryStore;
import mountagent.volume.TestVolume;

/// A volume on a faulty engine and a faulty store, at a time of the test's choice, with a collector for it.
final class GcVolume implements AutoCloseable {
    static final Timestamp NOON = new Timestamp(1_767_268_800, 0);

    final SettableClock clock = new SettableClock(NOON);
    final SettableClock storeClock;
    final HookedEngine hooks;
    final FaultyEngine engine;
    final FaultyStore store;
    final TestVolume volume;
    private final BlockFormat format;

    private GcVolume(MetaEngine base, ObjectStore objects, SettableClock storeClock, VolumeFormat setting)
            throws FsException {
        this.storeClock = storeClock;
        hooks = new HookedEngine(base);
        engine = new FaultyEngine(hooks);
        store = new FaultyStore(objects);
        MetaStore.format(engine, setting, clock);
        volume = TestVolume.open(engine, store, clock);
        format = new BlockFormat(setting.blockSizeBytes(), Compression.NONE, false);
    }

    private static VolumeFormat setting(int trashDays) {
        return VolumeFormat.create("gc", "01234567-89ab-4cde-8f01-23456789abcd").withTrashDays(trashDays);
    }

    /// In memory; `trashDays` 0 is without trash.
    static GcVolume inMemory(int trashDays) throws FsException {
        return on(new MemoryEngine(), trashDays);
    }

    /// On an engine of the test's choice, with its objects in memory.
    static GcVolume on(MetaEngine engine, int trashDays) throws FsException {
        SettableClock storeClock = new SettableClock(NOON);
        return new GcVolume(engine, new MemoryStore(storeClock), storeClock, setting(trashDays));
    }

    /// On an engine and a store of the test's choice.
    static GcVolume on(MetaEngine engine, ObjectStore objects) throws FsException {
        return new GcVolume(engine, objects, new SettableClock(NOON), setting(0));
    }

    /// Time goes by, here and where the objects are.
    void pass(Duration time) {
        clock.advance(time.toSeconds(), 0);
        storeClock.advance(time.toSeconds(), 0);
    }

    void putObject(String key, int size) throws ObjectStoreException {
        store.put(key, MemorySegment.ofArray(new byte[size]));
    }

    Set<String> blocks() throws ObjectStoreException {
        Set<String> keys = new TreeSet<>();
        for (ObjectInfo object : store.list("chunks/", "", 100_000).objects()) {
            keys.add(object.key().substring("chunks/".length()));
        }
        return keys;
    }

    GcReport gc(GcOptions.Deletion deletion) throws FsException {
        return gc(deletion, GcOptions.Compaction.NONE);
    }

    GcReport gc(GcOptions.Deletion deletion, GcOptions.Compaction compaction) throws FsException {
        GcOptions options = new GcOptions(GcOptions.SPARED_DEFAULT, deletion, compaction, 3);
        return new GarbageCollector(volume.meta(), volume.data(), store, format, options, Progress.NONE, clock).run();
    }

    @Override
    public void close() throws FsException {
        engine.heal();
        store.heal();
        hooks.before((_, _) -> {});
        volume.close();
    }
}
