package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.NodeSpec;
import mountagent.base.Sizes;
import mountagent.meta.MetaStore.TruncateRight;
import org.junit.jupiter.api.Test;

/// Truncation and allocation.
class LengthsTest extends MetaFixture {
    private static final long CHUNK = Sizes.CHUNK;

    private Node truncate(long inode, long length) throws FsException {
        return meta.truncate(AGENT, inode, length, TruncateRight.CHECKED, false);
    }

    private List<Slice> slices(long inode, int index) throws FsException {
        return meta.slices(new ChunkKey(inode, index));
    }

    private Slice last(long inode, int index) throws FsException {
        return slices(inode, index).getLast();
    }

    @Test
    void shorterFileEndsInZeros() throws FsException {
        long inode = file("a");
        write(inode, 0, 100);
        clock.advance(1, 0);
        Node node = truncate(inode, 10);
        assertEquals(10, node.length());
        assertEquals(clock.now(), node.mtime());
        assertEquals(clock.now(), node.ctime());
        assertEquals(Slice.zeros(10, 90), last(inode, 0));
        assertEquals(node, node(inode));
    }

    @Test
    void longerFileIsZeroFromItsOldEnd() throws FsException {
        long inode = file("a");
        write(inode, 0, 100);
        truncate(inode, 5000);
        assertEquals(Slice.zeros(100, 4900), last(inode, 0));
        assertEquals(8192, stored(new Item.CounterOf(Counter.USED_SPACE)));
        assertEquals(new DirStat(5000, 8192, 1), stored(new Item.DirStatOf(ROOT)));
    }

    @Test
    void onlyChunksThatExistGetZeros() throws FsException {
        long inode = file("a");
        write(inode, 0, 100);
        write(inode, 2 * CHUNK + 7, 100);
        write(inode, 4 * CHUNK, 100);
        truncate(inode, 50);
        assertEquals(Slice.zeros(50, Sizes.CHUNK - 50), last(inode, 0));
        assertEquals(List.of(), slices(inode, 1));
        assertEquals(Slice.zeros(0, Sizes.CHUNK), last(inode, 2));
        assertEquals(List.of(), slices(inode, 3));
        assertEquals(Slice.zeros(0, 100), last(inode, 4));
        truncate(inode, 3 * CHUNK);
        assertEquals(Slice.zeros(0, Sizes.CHUNK), last(inode, 2));
        assertEquals(2, slices(inode, 4).size());
    }

    @Test
    void sameLengthMovesTheTimesAlone() throws FsException {
        long inode = file("a");
        write(inode, 0, 100);
        clock.advance(1, 0);
        assertEquals(clock.now(), truncate(inode, 100).mtime());
        assertEquals(1, slices(inode, 0).size());
    }

    @Test
    void lengthsWithoutMeaningAreRefused() throws FsException {
        long inode = file("a");
        long directory = directory("d");
        refused(Errno.EINVAL, () -> truncate(inode, -1));
        refused(Errno.EFBIG, () -> truncate(inode, Sizes.FILE_MAX));
        refused(Errno.EISDIR, () -> truncate(directory, 1));
        refused(Errno.ENOENT, () -> truncate(77, 1));
        long fifo =
                meta.mknod(AGENT, at("p"), new NodeSpec(FileType.FIFO, 0644, 0)).inode();
        refused(Errno.EINVAL, () -> truncate(fifo, 1));
        assertEquals(Sizes.FILE_MAX - 1, truncate(inode, Sizes.FILE_MAX - 1).length());
        truncate(inode, 0);
        assertEquals(4096, stored(new Item.CounterOf(Counter.USED_SPACE)) - 2 * 4096);
    }

    @Test
    void permissionIsCheckedUnlessAHandleHasIt() throws FsException {
        long inode = file("a");
        refused(Errno.EACCES, () -> meta.truncate(BOB, inode, 1, TruncateRight.CHECKED, false));
        meta.truncate(BOB, inode, 1, TruncateRight.BY_HANDLE, false);
        meta.setattr(AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.APPEND_ONLY));
        refused(Errno.EPERM, () -> meta.truncate(BOB, inode, 1, TruncateRight.BY_HANDLE, false));
    }

    @Test
    void truncationDropsSetIdBitsWhenAsked() throws FsException {
        long inode = file("a");
        meta.setattr(AGENT, inode, AttrChange.NONE.withMode(06777));
        assertEquals(
                06777,
                meta.truncate(ALICE, inode, 1, TruncateRight.CHECKED, false).mode());
        assertEquals(
                0777,
                meta.truncate(ALICE, inode, 2, TruncateRight.CHECKED, true).mode());
    }

    @Test
    void unlinkedFileIsChargedToTheVolumeAlone() throws FsException {
        long inode = file("a");
        open.add(inode);
        meta.unlink(AGENT, at("a"), inode);
        truncate(inode, 10_000);
        assertEquals(12_288, stored(new Item.CounterOf(Counter.USED_SPACE)));
        assertEquals(DirStat.ZERO, stored(new Item.DirStatOf(ROOT)));
    }

    @Test
    void allocationExtendsWithoutSlices() throws FsException {
        long inode = file("a");
        clock.advance(1, 0);
        Node node = meta.allocate(inode, AllocateMode.EXTEND, 100, 900);
        assertEquals(1000, node.length());
        assertEquals(clock.now(), node.mtime());
        assertEquals(List.of(), slices(inode, 0));
        assertEquals(1000, meta.allocate(inode, AllocateMode.KEEP_SIZE, 0, 5000).length());
        assertEquals(1000, meta.allocate(inode, AllocateMode.EXTEND, 0, 10).length());
    }

    @Test
    void punchedRangeReadsAsZerosUpToTheOldEnd() throws FsException {
        long inode = file("a");
        write(inode, 0, 1000);
        assertEquals(
                1000, meta.allocate(inode, AllocateMode.PUNCH_HOLE, 100, 200).length());
        assertEquals(Slice.zeros(100, 200), last(inode, 0));
        assertEquals(
                5000, meta.allocate(inode, AllocateMode.ZERO_RANGE, 900, 4100).length());
        assertEquals(Slice.zeros(900, 100), last(inode, 0));
        assertEquals(
                5000,
                meta.allocate(inode, AllocateMode.ZERO_RANGE_KEEP_SIZE, 0, 50).length());
        assertEquals(Slice.zeros(0, 50), last(inode, 0));
        int records = slices(inode, 0).size();
        meta.allocate(inode, AllocateMode.PUNCH_HOLE, 6000, 100);
        assertEquals(records, slices(inode, 0).size());
    }

    @Test
    void allocationRefusesWhatItCannotDo() throws FsException {
        long inode = file("a");
        long fifo =
                meta.mknod(AGENT, at("p"), new NodeSpec(FileType.FIFO, 0644, 0)).inode();
        refused(Errno.EINVAL, () -> meta.allocate(inode, AllocateMode.EXTEND, -1, 1));
        refused(Errno.EINVAL, () -> meta.allocate(inode, AllocateMode.EXTEND, 0, 0));
        refused(Errno.EFBIG, () -> meta.allocate(inode, AllocateMode.EXTEND, Long.MAX_VALUE, 5));
        refused(Errno.EFBIG, () -> meta.allocate(inode, AllocateMode.EXTEND, Sizes.FILE_MAX - 1, 1));
        refused(Errno.EPIPE, () -> meta.allocate(fifo, AllocateMode.EXTEND, 0, 1));
        refused(Errno.EPERM, () -> meta.allocate(ROOT, AllocateMode.EXTEND, 0, 1));
        meta.setattr(AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.APPEND_ONLY));
        meta.allocate(inode, AllocateMode.EXTEND, 0, 10);
        refused(Errno.EPERM, () -> meta.allocate(inode, AllocateMode.PUNCH_HOLE, 0, 1));
        meta.setattr(AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.IMMUTABLE));
        refused(Errno.EPERM, () -> meta.allocate(inode, AllocateMode.EXTEND, 0, 1));
    }

    @Test
    void veryLastChunkCanBeZeroed() throws FsException {
        long inode = file("a");
        long end = Sizes.FILE_MAX - 1;
        truncate(inode, end);
        meta.allocate(inode, AllocateMode.PUNCH_HOLE, end - 10, 10);
        assertEquals(Slice.zeros(Sizes.CHUNK - 11, 10), last(inode, Integer.MAX_VALUE));
    }

    @Test
    void callerIsNotAskedTwice() throws FsException {
        long inode = fileOf(ALICE, "a", 0000);
        Caller kernel = new Caller(1001, 1001, List.of(), 1, 0, Caller.Checks.KERNEL);
        meta.truncate(kernel, inode, 3, TruncateRight.CHECKED, false);
        assertEquals(3, node(inode).length());
    }
}
