package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import mountagent.base.AttrChange;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.Sizes;
import mountagent.meta.MetaStore.Copied;
import org.junit.jupiter.api.Test;

/// Copying ranges by sharing slices.
class RangeCopyTest extends MetaFixture {
    private static final long CHUNK = Sizes.CHUNK;

    private List<Slice> slices(long inode, int index) throws FsException {
        return meta.slices(new ChunkKey(inode, index));
    }

    @Test
    void copyRefersToTheSameSlices() throws FsException {
        long a = file("a");
        long b = file("b");
        SliceKey slice = write(a, 0, 5000);
        clock.advance(1, 0);
        Copied copied = meta.copyRange(a, 1000, b, 10, 2000);
        assertEquals(2000, copied.length());
        assertEquals(node(b), copied.target());
        assertEquals(2010, node(b).length());
        assertEquals(clock.now(), node(b).mtime());
        assertEquals(List.of(new Slice(10, slice.id(), 5000, 1000, 2000)), slices(b, 0));
        assertEquals(2, stored(new Item.SliceRefs(slice)));
    }

    @Test
    void copyEndsWithItsSource() throws FsException {
        long a = file("a");
        long b = file("b");
        write(a, 0, 100);
        assertEquals(40, meta.copyRange(a, 60, b, 0, 1000).length());
        assertEquals(new Copied(0, null), meta.copyRange(a, 100, b, 0, 1000));
        assertEquals(new Copied(0, null), meta.copyRange(a, 500, b, 0, 1000));
        assertEquals(40, node(b).length());
    }

    @Test
    void holesHideWhatTheTargetHad() throws FsException {
        long a = file("a");
        long b = file("b");
        write(a, 200, 100);
        write(b, 0, 1000);
        meta.copyRange(a, 0, b, 0, 300);
        assertEquals(Slice.zeros(0, 200), slices(b, 0).get(1));
        assertEquals(3, slices(b, 0).size());
        assertEquals(1000, node(b).length());
    }

    @Test
    void recordsAreSplitWhereChunksEnd() throws FsException {
        long a = file("a");
        long b = file("b");
        SliceKey slice = write(a, 0, 1000);
        write(a, CHUNK, 1000);
        meta.copyRange(a, 0, b, CHUNK - 300, 1000);
        assertEquals(List.of(new Slice(Sizes.CHUNK - 300, slice.id(), 1000, 0, 300)), slices(b, 0));
        assertEquals(List.of(new Slice(0, slice.id(), 1000, 300, 700)), slices(b, 1));
        assertEquals(3, stored(new Item.SliceRefs(slice)));
        meta.copyRange(a, 0, b, 0, 2 * CHUNK);
        assertEquals(CHUNK + 1000, node(b).length());
    }

    @Test
    void longCopyIsDoneInParts() throws FsException {
        long a = file("a");
        long b = file("b");
        write(a, 70 * CHUNK, 1000);
        long length = node(a).length();
        assertEquals(64 * CHUNK, meta.copyRange(a, 0, b, 0, Long.MAX_VALUE).length());
        assertEquals(
                length - 64 * CHUNK,
                meta.copyRange(a, 64 * CHUNK, b, 64 * CHUNK, Long.MAX_VALUE).length());
        assertEquals(length, node(b).length());
    }

    @Test
    void rangesOfOneFileMustNotOverlap() throws FsException {
        long a = file("a");
        write(a, 0, 1000);
        refused(Errno.EINVAL, () -> meta.copyRange(a, 0, a, 999, 1000));
        refused(Errno.EINVAL, () -> meta.copyRange(a, 5, a, 0, 10));
        assertEquals(1000, meta.copyRange(a, 0, a, 1000, 1000).length());
        assertEquals(2000, node(a).length());
    }

    @Test
    void copyRefusesWhatItCannotDo() throws FsException {
        long a = file("a");
        long b = file("b");
        write(a, 0, 1000);
        refused(Errno.EINVAL, () -> meta.copyRange(a, -1, b, 0, 10));
        refused(Errno.EINVAL, () -> meta.copyRange(a, 0, ROOT, 0, 10));
        refused(Errno.EINVAL, () -> meta.copyRange(ROOT, 0, b, 0, 10));
        refused(Errno.ENOENT, () -> meta.copyRange(a, 0, 77, 0, 10));
        refused(Errno.ENOENT, () -> meta.copyRange(77, 0, b, 0, 10));
        refused(Errno.EFBIG, () -> meta.copyRange(a, 0, b, Sizes.FILE_MAX - 10, 1000));
        meta.setattr(AGENT, b, AttrChange.NONE.withFlags(NodeFlag.APPEND_ONLY));
        refused(Errno.EPERM, () -> meta.copyRange(a, 0, b, 0, 10));
    }
}
