package mountagent.meta;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;

/// The records of chunks: appending, compaction, release (reference: semantics.md §5, §8, §9).
final class SliceRecords {
    private static final int FORGET_BATCH = 500;

    private final StoreContext context;

    SliceRecords(StoreContext context) {
        this.context = context;
    }

    List<Slice> slices(ChunkKey chunk) throws FsException {
        Item.SlicesOf item = new Item.SlicesOf(chunk);
        return context.read(ReadPlan.of(item), reader -> reader.get(item));
    }

    /// A ctime that is later already stays: what came after the write is not undone by its commit.
    SliceLog.Commit append(ChunkKey chunk, Slice slice, Timestamp time, Durability durability) throws FsException {
        if (slice.pos() < 0 || slice.len() <= 0 || slice.pos() > Sizes.CHUNK - slice.len()) {
            throw new FsException(Errno.EINVAL, slice + " does not lie in a chunk");
        }
        long end = (long) chunk.index() * Sizes.CHUNK + slice.end();
        Lengths.checkEnd(end);
        long inode = chunk.inode();
        Terms terms = context.terms();
        ReadPlan plan = ReadPlan.of(terms.resizing(inode)).then(first -> terms.holders(first, inode));
        Outcome<Integer> records = new Outcome<>();
        return context.change(
                        terms,
                        plan,
                        change -> {
                            Node node = change.node(inode);
                            if (!node.isFile()) {
                                throw FsException.miss(Errno.EPERM);
                            }
                            long length = Math.max(node.length(), end);
                            change.resize(inode, node, length);
                            change.apply(new Mutation.AppendSlice(chunk, slice, records));
                            if (!slice.isZeros()) {
                                change.apply(new Mutation.CreateSliceRefs(keyOf(slice), 1));
                            }
                            Timestamp ctime = node.ctime().compareTo(time) > 0 ? node.ctime() : time;
                            Node written = change.update(
                                    inode,
                                    node.edit()
                                            .length(length)
                                            .mtime(time)
                                            .ctime(ctime)
                                            .done());
                            return new Written(node, written);
                        },
                        durability)
                .after(records);
    }

    /// A node before and after an append.
    private record Written(Node before, Node node) {
        SliceLog.Commit after(Outcome<Integer> records) {
            return new SliceLog.Commit(records.get(), before, node);
        }
    }

    static SliceKey keyOf(Slice slice) {
        return new SliceKey(slice.id(), slice.size());
    }

    boolean replace(ChunkKey chunk, List<Slice> seen, int skip, Slice compacted) throws FsException {
        if (skip < 0 || skip >= seen.size()) {
            throw new IllegalArgumentException("skip (" + skip + ") must be 0 to " + (seen.size() - 1));
        }
        Terms terms = context.terms();
        boolean delays = terms.format().trashDays() > 0;
        long delayedId = delays && compacted.isZeros() ? context.newSlice() : compacted.id();
        Item.SlicesOf item = new Item.SlicesOf(chunk);
        return context.change(terms, ReadPlan.of(item), change -> {
            List<Slice> now = change.get(item);
            if (now.size() < seen.size() || !now.subList(0, seen.size()).equals(seen)) {
                return false;
            }
            change.apply(new Mutation.ReplaceSlices(chunk, skip, seen.size() - skip, List.of(compacted)));
            if (!compacted.isZeros()) {
                change.apply(new Mutation.CreateSliceRefs(keyOf(compacted), 1));
            }
            List<SliceKey> lost = references(seen.subList(skip, seen.size()));
            if (delays && !lost.isEmpty()) {
                change.apply(
                        new Mutation.PutDelayedSlices(delayedId, change.now().seconds(), lost));
            } else {
                release(change, lost);
            }
            return true;
        });
    }

    /// One key for each record that refers to a slice.
    private static List<SliceKey> references(List<Slice> slices) {
        List<SliceKey> keys = new ArrayList<>();
        for (Slice slice : slices) {
            if (!slice.isZeros()) {
                keys.add(keyOf(slice));
            }
        }
        return keys;
    }

    /// Takes one reference for each key; after the commit the outcomes tell how many are left of each slice.
    private static Map<SliceKey, Outcome<Long>> release(Change change, List<SliceKey> references) {
        Map<SliceKey, Long> counts = new LinkedHashMap<>();
        references.forEach(key -> counts.merge(key, 1L, Long::sum));
        Map<SliceKey, Outcome<Long>> left = new LinkedHashMap<>();
        counts.forEach((key, count) -> {
            Outcome<Long> refs = new Outcome<>();
            change.apply(new Mutation.AddSliceRefs(key, -count, refs));
            left.put(key, refs);
        });
        return left;
    }

    List<SliceKey> release(List<ChunkKey> chunks) throws FsException {
        List<Item.SlicesOf> items = chunks.stream().map(Item.SlicesOf::new).toList();
        Map<SliceKey, Outcome<Long>> left = context.change(context.terms(), ReadPlan.of(items), change -> {
            List<Slice> all = new ArrayList<>();
            for (Item.SlicesOf item : items) {
                List<Slice> slices = change.get(item);
                if (!slices.isEmpty()) {
                    change.apply(new Mutation.RemoveChunk(item.chunk()));
                    all.addAll(slices);
                }
            }
            return release(change, references(all));
        });
        return left.entrySet().stream()
                .filter(entry -> entry.getValue().get() <= 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    void forget(List<SliceKey> slices) throws FsException {
        for (int from = 0; from < slices.size(); from += FORGET_BATCH) {
            List<SliceKey> batch = slices.subList(from, Math.min(from + FORGET_BATCH, slices.size()));
            context.change(context.terms(), ReadPlan.of(), change -> {
                batch.forEach(slice -> change.apply(new Mutation.RemoveSliceRefs(slice)));
                return batch.size();
            });
        }
    }

    void forgetFiles(List<Scan.DeletedFile> files) throws FsException {
        context.change(context.terms(), ReadPlan.of(), change -> {
            files.forEach(file -> change.apply(new Mutation.RemoveDeletedFile(file.inode(), file.length())));
            return files.size();
        });
    }

    /// Takes the references of what compactions replaced long enough ago.
    int expireDelayed(long beforeSeconds, int limit) throws FsException {
        int done = 0;
        Page<Scan.DelayedSlices> due =
                context.engine().scan(new Scan.DelayedUntil(beforeSeconds - 1), Cursor.START, limit);
        for (Scan.DelayedSlices delayed : due.records()) {
            Item.IsDelayed item = new Item.IsDelayed(delayed.id(), delayed.time());
            boolean released = context.change(context.terms(), ReadPlan.of(item), change -> {
                if (!change.get(item)) {
                    return false;
                }
                change.apply(new Mutation.RemoveDelayedSlices(delayed.id(), delayed.time()));
                release(change, delayed.slices());
                return true;
            });
            done += released ? 1 : 0;
        }
        return done;
    }
}
