package mountagent.maintenance.dump;

import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.json.JsonStream;
import mountagent.meta.ChunkKey;
import mountagent.meta.Mutation;
import mountagent.meta.Outcome;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;

/// Reads the chunks of files: a record appended for each slice, and its references counted.
final class ChunkLoad {
    private static final int RECORD = 64;

    private final JsonStream stream;
    private final LoadBatch batch;
    private final LoadTotals totals;

    ChunkLoad(JsonStream stream, LoadBatch batch, LoadTotals totals) {
        this.stream = stream;
        this.batch = batch;
        this.totals = totals;
    }

    void read(long inode) throws FsException {
        stream.beginArray();
        while (stream.hasNext()) {
            chunk(inode);
        }
    }

    private void chunk(long inode) throws FsException {
        int index = -1;
        stream.beginObject();
        for (String member = stream.nextName(); member != null; member = stream.nextName()) {
            switch (member) {
                case "index" -> index = (int) stream.whole(0, Integer.MAX_VALUE - 1);
                case "slices" -> slices(inode, index);
                default -> throw stream.failure("member '" + member + "' of a chunk is not known");
            }
        }
    }

    private void slices(long inode, int index) throws FsException {
        if (index < 0) {
            throw stream.failure("the index of a chunk must come before its slices");
        }
        if (stream.skipsNull()) {
            return;
        }
        stream.beginArray();
        while (stream.hasNext()) {
            add(new ChunkKey(inode, index), slice());
            batch.drain();
        }
    }

    /// Before 1.0 the id was called `chunkid`.
    private Slice slice() throws FsException {
        long id = 0;
        int pos = 0;
        int size = 0;
        int off = 0;
        int len = 0;
        stream.beginObject();
        for (String member = stream.nextName(); member != null; member = stream.nextName()) {
            switch (member) {
                case "id", "chunkid" -> id = stream.whole(0, Long.MAX_VALUE - 1);
                case "pos" -> pos = (int) stream.whole(0, Sizes.CHUNK);
                case "size" -> size = (int) stream.whole(0, Sizes.CHUNK);
                case "off" -> off = (int) stream.whole(0, Sizes.CHUNK);
                case "len" -> len = (int) stream.whole(0, Sizes.CHUNK);
                default -> throw stream.failure("member '" + member + "' of a slice is not known");
            }
        }
        boolean isWithinSlice = id == 0 || size > 0 && (long) off + len <= size;
        if ((long) pos + len > Sizes.CHUNK || !isWithinSlice) {
            throw stream.failure("slice " + id + " (pos " + pos + ", size " + size + ", off " + off + ", len " + len
                    + ") does not fit its chunk or itself");
        }
        return new Slice(pos, id, size, off, len);
    }

    private void add(ChunkKey chunk, Slice slice) {
        batch.add(new Mutation.AppendSlice(chunk, slice, new Outcome<>()), RECORD);
        if (!slice.isZeros()) {
            SliceKey key = new SliceKey(slice.id(), slice.size());
            batch.add(
                    totals.isNewSlice(slice.id())
                            ? new Mutation.CreateSliceRefs(key, 1)
                            : new Mutation.AddSliceRefs(key, 1, new Outcome<>()),
                    RECORD);
        }
    }
}
