package mountagent.volume;

import static mountagent.volume.TestVolume.ROOT_USER;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.meta.Durability;
import mountagent.meta.MetaStore;
import mountagent.meta.Mutation;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.ReadPlan;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Writing when a quota or the volume is full: the writer is told, what was acknowledged before stays, and nothing is
/// left behind. The volume is checked when it closes.
class FullVolumeTest {
    private static final int MIB = 1 << 20;
    private static final int ROOM = 6 * MIB;

    private TestVolume volume;
    private VolumeFs fs;
    private long directory;

    @BeforeEach
    void open() throws FsException {
        volume = TestVolume.inMemory();
        fs = volume.fs();
        directory = volume.mkdir("q");
    }

    @AfterEach
    void close() throws Exception {
        volume.close();
    }

    private void limit(long space, long used, long inodes) throws FsException {
        QuotaKey key = new QuotaKey(QuotaKey.Kind.DIRECTORY, directory);
        volume.engine()
                .transact(
                        ReadPlan.of(),
                        transaction -> {
                            transaction.apply(new Mutation.PutQuota(key, new Quota(space, -1, used, inodes)));
                            return key;
                        },
                        Durability.COMMITTED);
        volume.meta().reload();
    }

    private Opened create(String name) throws FsException {
        return fs.create(ROOT_USER, TestVolume.at(directory, name), NodeSpec.file(0644), OpenSpec.READ_WRITE);
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /// Writes pieces until one is refused, or closing is; what was refused.
    private Errno writeUntilRefused(FileHandle handle) {
        return assertThrows(FsException.class, () -> {
                    for (int i = 0; i < 64; i++) {
                        volume.write(handle, (long) i * MIB, bytes(i, MIB));
                    }
                    fs.flush(handle, 1);
                })
                .errno();
    }

    @Test
    void whoFillsAQuotaIsToldAndKeepsWhatWasStored() throws FsException {
        limit(ROOM, 0, 0);
        FileHandle kept = create("kept").handle();
        byte[] first = bytes(100, 3 * MIB);
        volume.write(kept, 0, first);
        fs.flush(kept, 1);
        FileHandle handle = create("f").handle();
        assertEquals(Errno.EDQUOT, writeUntilRefused(handle));
        assertArrayEquals(first, volume.read(kept, 0, first.length));
        long length = fs.getattr(ROOT_USER, handle.inode()).attr().length();
        assertEquals(Math.min(length, 3L * MIB), length, "more is shown than the quota allows");
        fs.release(handle, 1);

        // overwriting needs no room, growing does
        volume.write(kept, 0, bytes(101, MIB));
        fs.flush(kept, 1);
        fs.unlink(ROOT_USER, TestVolume.at(directory, "f"));
        volume.write(kept, 3L * MIB, bytes(102, MIB));
        fs.flush(kept, 1);
        assertArrayEquals(bytes(101, MIB), volume.read(kept, 0, MIB));
        assertArrayEquals(Arrays.copyOfRange(first, MIB, 3 * MIB), volume.read(kept, MIB, 2 * MIB));
        assertArrayEquals(bytes(102, MIB), volume.read(kept, 3L * MIB, MIB));
        fs.release(kept, 1);
    }

    @Test
    void whoFillsTheVolumeIsToldByFsync() throws FsException {
        MetaStore.update(volume.engine(), volume.meta().format().withCapacityBytes(ROOM), Clock.SYSTEM);
        volume.meta().reload();
        FileHandle handle = create("f").handle();
        volume.write(handle, 0, bytes(1, 4 * MIB));
        fs.fsync(handle, SyncMode.DATA_AND_ATTRIBUTES);
        volume.write(handle, 4L * MIB, bytes(2, 4 * MIB));
        FsException refused = assertThrows(FsException.class, () -> fs.fsync(handle, SyncMode.DATA_AND_ATTRIBUTES));
        assertEquals(Errno.ENOSPC, refused.errno());
        assertEquals(4L * MIB, fs.getattr(ROOT_USER, handle.inode()).attr().length());
        assertArrayEquals(bytes(1, 4 * MIB), volume.read(handle, 0, 8 * MIB));
        assertEquals(
                Errno.ENOSPC,
                assertThrows(FsException.class, () -> writeBeyond(handle)).errno());
        fs.release(handle, 1);
        assertEquals(ROOM - 4L * MIB - 4096, fs.statfs(VolumeFs.ROOT).availableBytes());
    }

    @Test
    void statfsOfADirectoryWithAQuotaIsItsQuota() throws FsException {
        limit(ROOM, 0, 0);
        assertEquals(ROOM, fs.statfs(directory).totalBytes());
        FileHandle handle = create("f").handle();
        volume.write(handle, 0, bytes(1, MIB));
        fs.release(handle, 1);
        assertEquals(5 * MIB, fs.statfs(handle.inode()).availableBytes());
        assertEquals(1L << 50, fs.statfs(VolumeFs.ROOT).totalBytes());
        fs.unlink(ROOT_USER, TestVolume.at(directory, "f"));
    }

    private void writeBeyond(FileHandle handle) throws FsException {
        volume.write(handle, 5L * MIB, bytes(3, 2 * MIB));
        fs.flush(handle, 1);
    }

    @Test
    void closingTellsWhatTheBackgroundMet() throws FsException {
        limit(MIB, 0, 0);
        FileHandle handle = create("f").handle();
        volume.write(handle, 0, bytes(1, 2 * MIB));
        FsException refused = assertThrows(FsException.class, () -> fs.flush(handle, 1));
        assertEquals(Errno.EDQUOT, refused.errno());
        fs.release(handle, 1);
        assertEquals(
                0, fs.lookup(ROOT_USER, TestVolume.at(directory, "f")).attr().length());
    }
}
