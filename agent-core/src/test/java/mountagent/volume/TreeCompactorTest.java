package mountagent.volume;

import static mountagent.volume.TestVolume.ROOT_USER;
import static mountagent.volume.TestVolume.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.Progress;
import mountagent.chunk.TreeCompactor;
import mountagent.chunk.TreeCompactor.Result;
import mountagent.meta.ChunkKey;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A tree with a file in the root and two below, each of three records.
class TreeCompactorTest {
    private final FaultyStore store = new FaultyStore(new MemoryStore(Clock.SYSTEM));
    private final Progress.Count count = Progress.NONE.count("chunks");
    private TestVolume volume = open();
    private long directory;
    private long outside;
    private long inside;

    private TestVolume open() {
        try {
            return TestVolume.create(new MemoryEngine(), store, Clock.SYSTEM);
        } catch (FsException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void makeTree() throws FsException {
        directory = volume.mkdir("d");
        long below = volume.fs()
                .mknod(ROOT_USER, at(directory, "e"), NodeSpec.directory(0755))
                .inode();
        outside = makeFile(VolumeFs.ROOT, "outside");
        inside = makeFile(directory, "inside");
        makeFile(below, "deeper");
        volume.fs().mknod(ROOT_USER, at(below, "empty"), NodeSpec.file(0644));
    }

    @AfterEach
    void closeAndCheck() throws FsException {
        store.heal();
        volume.close();
    }

    private long makeFile(long parent, String name) throws FsException {
        Opened opened = volume.fs().create(ROOT_USER, at(parent, name), NodeSpec.file(0644), OpenSpec.READ_WRITE);
        for (int i = 0; i < 3; i++) {
            volume.write(opened.handle(), i * 3L, "abc");
            volume.fs().flush(opened.handle(), 1);
        }
        volume.close(opened.handle());
        return opened.stat().inode();
    }

    private int records(long inode) throws FsException {
        return volume.meta().slices(new ChunkKey(inode, 0)).size();
    }

    private TreeCompactor compactor() {
        return new TreeCompactor(volume.meta(), volume.data().compactor(), 2);
    }

    @Test
    void everyFileBelowIsCompactedAndNoOther() throws FsException {
        assertEquals(new Result(2, 2, 0), compactor().compact(directory, count, () -> false));
        assertEquals(1, records(inside));
        assertEquals(3, records(outside));
        assertEquals(2, count.done());
    }

    @Test
    void aFileIsCompactedAlone() throws FsException {
        assertEquals(new Result(1, 1, 0), compactor().compact(outside, count, () -> false));
        assertEquals(new Result(0, 0, 0), compactor().compact(outside, count, () -> false));
        FileHandle handle = volume.fs().open(ROOT_USER, outside, OpenSpec.READ_WRITE);
        assertEquals("abcabcabc", volume.readText(handle));
        volume.close(handle);
    }

    @Test
    void whatIsCanceledEnds() {
        FsException canceled = assertThrows(FsException.class, () -> compactor().compact(directory, count, () -> true));
        assertEquals(Errno.ECANCELED, canceled.errno());
    }

    @Test
    void aChunkThatCannotBeStoredIsCountedAndTheOthersGoOn() throws FsException {
        store.fail(Operation.PUT, _ -> true, 1, 1, Kind.DENIED, FaultyStore.Moment.BEFORE);
        assertEquals(new Result(3, 2, 1), compactor().compactAll(count, () -> false));
    }

    @Test
    void anInodeThatIsNotThereIsTold() {
        FsException missing = assertThrows(FsException.class, () -> compactor().compact(9999, count, () -> false));
        assertEquals(Errno.ENOENT, missing.errno());
    }
}
