package mountagent.meta.redis;

import java.util.List;
import mountagent.base.FsException;
import mountagent.meta.ChunkKey;
import mountagent.meta.Item;
import mountagent.meta.Mutation;
import mountagent.meta.Slice;
import mountagent.meta.codec.SliceCodec;

/// Turns mutations of slice records and their references into commands.
record RedisSliceWrites(RedisKeys keys, RedisAnswers answers, RedisCommands commands, RedisLink link) {
    void append(Mutation.AppendSlice mutation) {
        byte[] record = SliceCodec.encode(mutation.slice());
        commands.add(
                c -> c.rpush(keys.chunk(mutation.chunk()), record),
                length -> mutation.count().set(Math.toIntExact(length)));
    }

    /// RPUSHX leaves alone what is not there. A chunk that comes into being after the search changes the file's
    /// node, which a transaction that does this has read.
    void append(Mutation.AppendToExisting mutation) throws FsException, RedisRetry {
        byte[] record = SliceCodec.encode(mutation.slice());
        List<ChunkKey> chunks = new RedisChunkSearch(keys).find(link, mutation.inode(), mutation.from(), mutation.to());
        for (ChunkKey chunk : chunks) {
            commands.add(c -> c.rpushx(keys.chunk(chunk), record));
        }
    }

    /// The records before those that are replaced are known, since the chunk was read and is watched: the front of
    /// the list is cut off and put back around the replacement.
    void replace(Mutation.ReplaceSlices mutation) throws FsException {
        Item.SlicesOf item = new Item.SlicesOf(mutation.chunk());
        answers.require(item);
        byte[] key = keys.chunk(mutation.chunk());
        int from = mutation.from();
        List<Slice> kept = answers.get(item).subList(0, from);
        commands.add(c -> c.ltrim(key, from + (long) mutation.count(), -1));
        pushFront(key, mutation.replacement());
        pushFront(key, kept);
    }

    private void pushFront(byte[] key, List<Slice> slices) {
        if (slices.isEmpty()) {
            return;
        }
        byte[][] records = slices.reversed().stream().map(SliceCodec::encode).toArray(byte[][]::new);
        commands.add(c -> c.lpush(key, records));
    }

    /// What is not stored counts as one reference, so the first one of a new slice needs no record.
    void create(Mutation.CreateSliceRefs mutation) {
        if (mutation.refs() == 1) {
            return;
        }
        byte[] stored = RedisForm.bytes(Long.toString(mutation.refs() - 1));
        commands.add(c -> c.hset(keys.sliceRefs(), RedisForm.sliceRef(mutation.slice()), stored));
    }

    void add(Mutation.AddSliceRefs mutation) {
        byte[] field = RedisForm.sliceRef(mutation.slice());
        commands.add(
                c -> c.hincrby(keys.sliceRefs(), field, mutation.delta()),
                stored -> mutation.refs().set(stored + 1));
    }

    void delay(Mutation.PutDelayedSlices mutation) {
        byte[] field = RedisForm.delayedSlices(mutation.id(), mutation.time());
        byte[] stored = SliceCodec.encodeKeys(mutation.slices());
        commands.add(c -> c.hset(keys.delayedSlices(), field, stored));
    }
}
