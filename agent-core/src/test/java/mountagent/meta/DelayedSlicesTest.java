package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import mountagent.base.FsException;
import org.junit.jupiter.api.Test;

/// Compaction while the volume has a trash.
class DelayedSlicesTest extends MetaFixture {
    @Override
    VolumeFormat format() {
        return super.format().withTrashDays(1);
    }

    @Test
    void replacedSlicesAreKeptUntilTheyExpire() throws FsException {
        ChunkKey chunk = new ChunkKey(file("a"), 0);
        SliceKey a = write(chunk.inode(), 0, 10);
        SliceKey b = write(chunk.inode(), 5, 10);
        long id = meta.newSliceId();
        assertTrue(meta.replace(chunk, meta.slices(chunk), 0, Slice.whole(0, id, 15)));
        assertEquals(1, stored(new Item.SliceRefs(a)));
        assertEquals(List.of(), meta.releasedSlices(10).records());
        long now = clock.now().seconds();
        assertEquals(0, meta.expireDelayedSlices(now, 10));
        assertEquals(1, meta.expireDelayedSlices(now + 1, 10));
        assertEquals(0, meta.expireDelayedSlices(now + 1, 10));
        assertEquals(
                List.of(a, b),
                meta.releasedSlices(10).records().stream()
                        .map(Scan.CountedSlice::slice)
                        .toList());
    }

    @Test
    void compactionToZerosKeepsTheOldSlicesToo() throws FsException {
        ChunkKey chunk = new ChunkKey(file("a"), 0);
        SliceKey a = write(chunk.inode(), 0, 10);
        meta.truncate(AGENT, chunk.inode(), 0, MetaStore.TruncateRight.CHECKED, false);
        assertTrue(meta.replace(chunk, meta.slices(chunk), 0, Slice.zeros(0, 1)));
        assertEquals(1, stored(new Item.SliceRefs(a)));
        assertEquals(1, meta.expireDelayedSlices(FOREVER, 10));
        assertEquals(0, stored(new Item.SliceRefs(a)));
    }
}
