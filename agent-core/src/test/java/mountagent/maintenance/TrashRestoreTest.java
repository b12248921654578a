package mountagent.maintenance;

import static mountagent.volume.TestVolume.ROOT_USER;
import static mountagent.volume.TestVolume.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.Progress;
import mountagent.base.SettableClock;
import mountagent.base.Tally;
import mountagent.base.Timestamp;
import mountagent.maintenance.TrashRestore.Extent;
import mountagent.maintenance.TrashRestore.Result;
import mountagent.meta.DirStat;
import mountagent.meta.Inodes;
import mountagent.meta.Item;
import mountagent.meta.Kept;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaStore;
import mountagent.meta.ReadPlan;
import mountagent.meta.VolumeFormat;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.memory.MemoryStore;
import mountagent.volume.TestVolume;
import mountagent.volume.VolumeFs;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A volume with a trash at noon of the first of January 2026.
class TrashRestoreTest {
    private static final String HOUR = "2026-01-01-12";

    private final Clock clock = new SettableClock(new Timestamp(1_767_268_800, 0));
    private TestVolume volume = open();

    private TestVolume open() {
        try {
            MetaEngine engine = new MemoryEngine();
            VolumeFormat format = VolumeFormat.create("test", "01234567-89ab-4cde-8f01-23456789abcd");
            MetaStore.format(engine, format, clock);
            return TestVolume.open(engine, new MemoryStore(clock), clock);
        } catch (FsException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void makeTree() throws FsException {
        long d = volume.mkdir("d");
        long e = volume.fs()
                .mknod(ROOT_USER, at(d, "e"), NodeSpec.directory(0755))
                .inode();
        volume.put("f-1-2", "0123456789");
        volume.fs().rename(ROOT_USER, at("f-1-2"), at(e, "f-1-2"), Set.of());
        volume.put("top", "x");
    }

    @AfterEach
    void closeAndCheck() throws FsException {
        volume.close();
    }

    private void removeTree() throws FsException {
        long d = volume.lookup("d").inode();
        long e = volume.fs().lookup(ROOT_USER, at(d, "e")).inode();
        volume.fs().unlink(ROOT_USER, at(e, "f-1-2"));
        volume.fs().rmdir(ROOT_USER, at(d, "e"));
        volume.fs().rmdir(ROOT_USER, at("d"));
        volume.fs().unlink(ROOT_USER, at("top"));
    }

    private Result restore(Extent extent) throws FsException {
        return new TrashRestore(volume.meta(), 3, Progress.NONE).restore(HOUR, extent);
    }

    private @Nullable DirStat stat(long directory) throws FsException {
        Item.DirStatOf item = new Item.DirStatOf(directory);
        return volume.engine().read(ReadPlan.of(item), reader -> reader.get(item));
    }

    private long hour() throws FsException {
        return volume.meta().lookup(ROOT_USER, at(Inodes.TRASH_ROOT, HOUR)).inode();
    }

    @Test
    void aTreeIsPutTogetherInTheTrashAndThenPutBack() throws FsException {
        removeTree();
        assertEquals(new Result(2, 2, 0), restore(Extent.WITHIN_TRASH));
        assertEquals(2, volume.names(hour()).size(), "the tree and the file beside it");
        assertEquals(new Result(2, 0, 0), restore(Extent.PUT_BACK));
        long d = volume.lookup("d").inode();
        long e = volume.fs().lookup(ROOT_USER, at(d, "e")).inode();
        assertEquals(10, volume.fs().lookup(ROOT_USER, at(e, "f-1-2")).attr().length());
        assertEquals(new DirStat(10, 4096, 1), stat(e));
        assertEquals(1, volume.lookup("top").attr().length());
        assertEquals(List.of(), volume.names(hour()));
    }

    @Test
    void everythingIsPutBackInAnyOrder() throws FsException {
        removeTree();
        assertEquals(new Result(4, 0, 0), restore(Extent.PUT_BACK));
        assertEquals(
                List.of("d", "top"),
                volume.names(VolumeFs.ROOT).stream()
                        .filter(name -> !name.startsWith("."))
                        .sorted()
                        .toList());
    }

    @Test
    void whatIsThereByNowIsNeverReplaced() throws FsException {
        volume.fs().unlink(ROOT_USER, at("top"));
        volume.put("top", "newer");
        assertEquals(new Result(0, 0, 1), restore(Extent.PUT_BACK));
        assertEquals(5, volume.lookup("top").attr().length());
    }

    @Test
    void whatLostItsDirectoryStaysInTheTrash() throws FsException {
        removeTree();
        assertEquals(new Result(4, 0, 0), restore(Extent.PUT_BACK));
        removeTree();
        long gone = volume.mkdir("gone");
        volume.put("g", "x");
        volume.fs().rename(ROOT_USER, at("g"), at(gone, "g"), Set.of());
        volume.fs().unlink(ROOT_USER, at(gone, "g"));
        volume.meta().trees().remove(ROOT_USER, at("gone"), Kept.NOT, 1, new Tally(), (_, _) -> {});
        Result result = restore(Extent.PUT_BACK);
        assertEquals(1, result.failed());
        assertEquals(4, result.restored());
    }

    @Test
    void aLinkGoesBackBesideTheOthers() throws FsException {
        volume.fs().link(ROOT_USER, volume.lookup("top").inode(), at("other"));
        volume.fs().unlink(ROOT_USER, at("top"));
        assertEquals(new Result(1, 0, 0), restore(Extent.PUT_BACK));
        assertEquals(2, volume.lookup("top").attr().nlink());
        assertEquals(volume.lookup("other").inode(), volume.lookup("top").inode());
    }

    @Test
    void anHourThatIsNotThereIsTold() {
        assertEquals(
                Errno.ENOENT,
                assertThrows(FsException.class, () -> restore(Extent.PUT_BACK)).errno());
    }
}
