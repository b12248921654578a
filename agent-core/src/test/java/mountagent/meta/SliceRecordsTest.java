package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import mountagent.base.AttrChange;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import org.junit.jupiter.api.Test;

/// Appending, replacing and releasing the records of chunks, without a trash.
class SliceRecordsTest extends MetaFixture {
    private Slice slice(int pos, int length) throws FsException {
        return Slice.whole(pos, meta.newSliceId(), length);
    }

    private static SliceKey key(Slice slice) {
        return new SliceKey(slice.id(), slice.size());
    }

    private long refs(Slice slice) throws FsException {
        return stored(new Item.SliceRefs(key(slice)));
    }

    private SliceLog.Commit append(ChunkKey chunk, Slice slice) throws FsException {
        return meta.append(chunk, slice, clock.now(), Durability.COMMITTED);
    }

    @Test
    void appendExtendsTheFileAndTellsWhatIsThere() throws FsException {
        long inode = file("a");
        ChunkKey chunk = new ChunkKey(inode, 1);
        Slice first = slice(10, 100);
        clock.advance(1, 0);
        SliceLog.Commit commit = append(chunk, first);
        assertEquals(1, commit.records());
        assertEquals(Sizes.CHUNK + 110, commit.node().length());
        assertEquals(clock.now(), commit.node().mtime());
        assertEquals(clock.now(), commit.node().ctime());
        assertEquals(commit.node(), node(inode));
        assertEquals(1, refs(first));
        Slice second = slice(0, 50);
        assertEquals(2, append(chunk, second).records());
        assertEquals(Sizes.CHUNK + 110, node(inode).length());
        assertEquals(List.of(first, second), meta.slices(chunk));
        assertEquals(Sizes.space(Sizes.CHUNK + 110L), stored(new Item.CounterOf(Counter.USED_SPACE)));
    }

    @Test
    void laterCtimeIsNotSetBackByAnEarlierWrite() throws FsException {
        long inode = file("a");
        Timestamp written = clock.now();
        clock.advance(5, 0);
        meta.setattr(AGENT, inode, AttrChange.NONE.withMode(0600));
        Node node = meta.append(new ChunkKey(inode, 0), slice(0, 10), written, Durability.COMMITTED)
                .node();
        assertEquals(written, node.mtime());
        assertEquals(clock.now(), node.ctime());
    }

    @Test
    void appendRefusesWhatIsNoFileOrTooFar() throws FsException {
        refused(Errno.ENOENT, () -> append(new ChunkKey(77, 0), slice(0, 10)));
        refused(Errno.EPERM, () -> append(new ChunkKey(ROOT, 0), slice(0, 10)));
        long inode = file("a");
        refused(Errno.EFBIG, () -> append(new ChunkKey(inode, Integer.MAX_VALUE), slice(Sizes.CHUNK - 10, 10)));
        refused(Errno.EINVAL, () -> append(new ChunkKey(inode, 0), slice(Sizes.CHUNK - 9, 10)));
        assertEquals(List.of(), meta.slices(new ChunkKey(inode, 0)));
    }

    @Test
    void compactionPutsOneRecordForSeveral() throws FsException {
        ChunkKey chunk = new ChunkKey(file("a"), 0);
        Slice kept = slice(0, 10);
        Slice a = slice(10, 10);
        Slice b = slice(15, 10);
        for (Slice slice : List.of(kept, a, b)) {
            append(chunk, slice);
        }
        Node before = node(chunk.inode());
        List<Slice> seen = meta.slices(chunk);
        Slice late = slice(0, 5);
        append(chunk, late);
        Slice whole = slice(10, 15);
        clock.advance(1, 0);
        assertTrue(meta.replace(chunk, seen, 1, whole));
        assertEquals(List.of(kept, whole, late), meta.slices(chunk));
        assertEquals(before, node(chunk.inode()));
        assertEquals(0, refs(a));
        assertEquals(1, refs(whole));
        List<Scan.CountedSlice> released = meta.releasedSlices(10).records();
        assertEquals(
                List.of(key(a), key(b)),
                released.stream().map(Scan.CountedSlice::slice).toList());
        meta.forget(List.of(key(a), key(b)));
        assertEquals(List.of(), meta.releasedSlices(10).records());
    }

    @Test
    void compactionOfAnotherListIsRefused() throws FsException {
        ChunkKey chunk = new ChunkKey(file("a"), 0);
        append(chunk, slice(0, 10));
        append(chunk, slice(5, 10));
        List<Slice> seen = meta.slices(chunk);
        assertTrue(meta.replace(chunk, seen, 0, slice(0, 15)));
        assertFalse(meta.replace(chunk, seen, 0, slice(0, 15)));
        assertFalse(meta.replace(new ChunkKey(chunk.inode(), 9), seen, 0, slice(0, 15)));
        assertThrows(IllegalArgumentException.class, () -> meta.replace(chunk, seen, 2, slice(0, 15)));
    }

    @Test
    void releaseHandsEachSliceOutOnce() throws FsException {
        long a = file("a");
        long b = file("b");
        Slice slice = slice(0, 100);
        append(new ChunkKey(a, 0), slice);
        meta.copyRange(a, 0, b, 0, 100);
        assertEquals(2, refs(slice));
        meta.unlink(AGENT, at("a"), a);
        meta.unlink(AGENT, at("b"), b);
        assertEquals(List.of(), meta.release(List.of(new ChunkKey(a, 0))));
        assertEquals(List.of(key(slice)), meta.release(List.of(new ChunkKey(b, 0))));
        assertEquals(List.of(), meta.release(List.of(new ChunkKey(b, 0))));
        meta.forget(List.of(key(slice)));
        meta.forgetFiles(List.of(new Scan.DeletedFile(a, 100, 0)));
        meta.forgetFiles(List.of(new Scan.DeletedFile(b, 100, 0)));
        assertEquals(List.of(), meta.deletedFiles(FOREVER, 10).records());
    }

    @Test
    void sliceUsedTwiceInAChunkIsReleasedOnce() throws FsException {
        long inode = file("a");
        Slice slice = slice(0, 100);
        append(new ChunkKey(inode, 0), slice);
        meta.copyRange(inode, 0, inode, 200, 100);
        meta.unlink(AGENT, at("a"), inode);
        assertEquals(List.of(key(slice)), deleteData());
    }

    @Test
    void chunksOfAFileArePaged() throws FsException {
        long inode = file("a");
        for (int index : List.of(0, 3, 5)) {
            append(new ChunkKey(inode, index), slice(0, 10));
        }
        Page<Scan.PlacedChunk> page = meta.chunksOf(inode, node(inode).length(), Cursor.START, 2);
        assertEquals(2, page.records().size());
        Cursor next = page.next();
        assertTrue(next != null);
        Page<Scan.PlacedChunk> rest = meta.chunksOf(inode, node(inode).length(), next, 2);
        assertEquals(new ChunkKey(inode, 5), rest.records().getFirst().chunk());
    }
}
