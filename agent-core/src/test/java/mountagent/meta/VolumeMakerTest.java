package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.memory.MemoryEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Making volumes and changing their setting.
class VolumeMakerTest extends MetaFixture {
    @Test
    void newVolumeHasItsRootAndNoTrashUnlessItKeepsOne() throws FsException {
        Node root = node(ROOT);
        assertEquals(0777, root.mode());
        assertEquals(2, root.nlink());
        assertEquals(ROOT, root.parent());
        assertEquals(START, root.ctime());
        refused(Errno.ENOENT, () -> meta.node(Inodes.TRASH_ROOT));
        MemoryEngine kept = new MemoryEngine();
        MetaStore.format(kept, format().withTrashDays(1), clock);
        assertEquals(
                0555, MetaStore.open(kept, options()).node(Inodes.TRASH_ROOT).mode());
    }

    @Test
    void volumeIsNotMadeOverAnother() {
        refused(Errno.EEXIST, () -> MetaStore.format(engine, format(), clock));
    }

    @Test
    void storeWithoutVolumeIsNotOpened() {
        refused(Errno.ENOENT, () -> MetaStore.open(new MemoryEngine(), options()));
    }

    @Test
    void volumeThatIsTooNewIsNotOpened() throws FsException {
        elsewhere(new Mutation.PutSetting(format().withMetaVersion(2).document()));
        refused(Errno.ENOTSUP, () -> MetaStore.open(engine, options()));
        elsewhere(new Mutation.PutSetting(format().withMinClientVersion("9.0.0").document()));
        refused(Errno.ENOTSUP, () -> MetaStore.open(engine, options()));
        elsewhere(new Mutation.PutSetting("not JSON"));
        refused(Errno.EIO, () -> MetaStore.open(engine, options()));
        elsewhere(new Mutation.PutSetting(format().document()));
    }

    @Test
    void whatDataRestsOnCannotChange() {
        VolumeFormat format = meta.format();
        refused(Errno.EINVAL, () -> MetaStore.update(engine, format.withName("other"), clock));
        refused(Errno.EINVAL, () -> MetaStore.update(engine, format.withBlockSizeKib(1024), clock));
        refused(Errno.EINVAL, () -> MetaStore.update(engine, format.withCompression("zstd"), clock));
        refused(Errno.EINVAL, () -> MetaStore.update(engine, format.withShards(4), clock));
        refused(Errno.EINVAL, () -> MetaStore.update(engine, format.withHashPrefix(true), clock));
    }

    @Test
    void updateKeepsTheIdentityAndAddsTheTrash() throws FsException {
        String uuid = meta.format().uuid();
        VolumeFormat stored = MetaStore.update(
                engine,
                meta.format().withUuid("00000000-0000-4000-8000-000000000000").withTrashDays(3),
                clock);
        assertEquals(uuid, stored.uuid());
        assertEquals(3, stored.trashDays());
        assertTrue(exists(Inodes.TRASH_ROOT));
        assertEquals(stored, MetaStore.open(engine, options()).format());
    }

    @Test
    void statisticsFromBeforeTheyWereTurnedOffAreDropped() throws FsException {
        long directory = directory("d");
        VolumeFormat off = MetaStore.update(engine, meta.format().withDirStats(false), clock);
        meta.reload();
        file(directory, "a");
        MetaStore.update(engine, off.withDirStats(true), clock);
        Item.DirStatOf item = new Item.DirStatOf(directory);
        assertNull(engine.<@Nullable DirStat>read(ReadPlan.of(item), reader -> reader.get(item)));
    }

    @Test
    void unknownMembersOfTheSettingSurvive() throws FsException {
        String document = meta.format().document();
        String extended = document.replaceFirst("\\{", "{\n\"Future\": 7,");
        elsewhere(new Mutation.PutSetting(extended));
        meta.reload();
        VolumeFormat stored = MetaStore.update(engine, meta.format().withTrashDays(2), clock);
        assertTrue(stored.document().contains("\"Future\": 7"));
    }
}
