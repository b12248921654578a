package mountagent.chunk;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import mountagent.meta.ChunkKey;
import mountagent.meta.Cursor;
import mountagent.meta.Durability;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.meta.SliceLog;
import org.jspecify.annotations.Nullable;

/// Slice records in memory, with what tests ask of them: what was appended in which order, failures on
/// demand.
final class FakeSliceLog implements SliceLog {
    /// What happened, in order.
    record Event(String what, long inode, int chunk, Slice slice, Timestamp time) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, TreeMap<Integer, List<Slice>>> chunks = new HashMap<>();
    private final Map<Long, Long> lengths = new HashMap<>();
    private final Map<Long, Timestamp> times = new HashMap<>();
    private final Map<Long, Integer> refs = new HashMap<>();
    private final Map<Long, Integer> sizes = new HashMap<>();
    private final Set<Long> gone = new HashSet<>();
    private final List<Event> events = new ArrayList<>();
    private final AtomicLong ids = new AtomicLong();
    private @Nullable FsException appendFailure;
    private boolean failsAfterEffect;
    private int reads;

    @Override
    public List<Slice> slices(ChunkKey chunk) {
        lock.lock();
        try {
            reads++;
            return List.copyOf(records(chunk));
        } finally {
            lock.unlock();
        }
    }

    private List<Slice> records(ChunkKey chunk) {
        return chunks.computeIfAbsent(chunk.inode(), _ -> new TreeMap<>())
                .computeIfAbsent(chunk.index(), _ -> new ArrayList<>());
    }

    @Override
    public long newSliceId() {
        return ids.incrementAndGet();
    }

    @Override
    public Commit append(ChunkKey chunk, Slice slice, Timestamp time, Durability durability) throws FsException {
        lock.lock();
        try {
            FsException failure = appendFailure;
            appendFailure = null;
            if (failure != null && !failsAfterEffect) {
                throw failure;
            }
            if (gone.contains(chunk.inode())) {
                throw FsException.miss(Errno.ENOENT);
            }
            records(chunk).add(slice);
            refs.merge(slice.id(), 1, Integer::sum);
            sizes.put(slice.id(), slice.size());
            Node before = node(chunk.inode(), times.getOrDefault(chunk.inode(), time));
            times.put(chunk.inode(), time);
            lengths.merge(chunk.inode(), (long) chunk.index() * Sizes.CHUNK + slice.end(), Math::max);
            events.add(new Event(durability.name(), chunk.inode(), chunk.index(), slice, time));
            if (failure != null) {
                throw failure;
            }
            return new Commit(records(chunk).size(), before, node(chunk.inode(), time));
        } finally {
            lock.unlock();
        }
    }

    private Node node(long inode, Timestamp time) {
        return new NodeDraft(FileType.FILE)
                .length(lengths.getOrDefault(inode, 0L))
                .times(time)
                .done();
    }

    @Override
    public boolean replace(ChunkKey chunk, List<Slice> seen, int skip, Slice compacted) {
        lock.lock();
        try {
            List<Slice> records = records(chunk);
            if (records.size() < seen.size() || !records.subList(0, seen.size()).equals(seen)) {
                return false;
            }
            List<Slice> replaced = records.subList(skip, seen.size());
            replaced.stream()
                    .filter(slice -> !slice.isZeros())
                    .forEach(slice -> refs.merge(slice.id(), -1, Integer::sum));
            replaced.clear();
            records.add(skip, compacted);
            refs.merge(compacted.id(), 1, Integer::sum);
            sizes.put(compacted.id(), compacted.size());
            events.add(new Event("REPLACE", chunk.inode(), chunk.index(), compacted, Timestamp.EPOCH));
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<SliceKey> release(List<ChunkKey> released) {
        lock.lock();
        try {
            List<SliceKey> free = new ArrayList<>();
            for (ChunkKey chunk : released) {
                for (Slice slice : records(chunk)) {
                    if (!slice.isZeros() && refs.merge(slice.id(), -1, Integer::sum) == 0) {
                        free.add(new SliceKey(slice.id(), slice.size()));
                    }
                }
                records(chunk).clear();
                events.add(new Event("RELEASE", chunk.inode(), chunk.index(), Slice.zeros(0, 0), Timestamp.EPOCH));
            }
            return free;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void forget(List<SliceKey> slices) {
        lock.lock();
        try {
            slices.forEach(slice -> refs.remove(slice.id()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Page<Scan.PlacedChunk> chunksOf(long inode, long length, Cursor from, int limit) {
        lock.lock();
        try {
            List<Scan.PlacedChunk> all = new ArrayList<>();
            chunks.getOrDefault(inode, new TreeMap<>())
                    .forEach((index, slices) ->
                            all.add(new Scan.PlacedChunk(new ChunkKey(inode, index), List.copyOf(slices))));
            return new Page<>(all, null);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void forgetFiles(List<Scan.DeletedFile> files) {
        files.forEach(file -> event("FORGET_FILE", file.inode()));
    }

    @Override
    public void barrier() {
        event("BARRIER", 0);
    }

    private void event(String what, long inode) {
        lock.lock();
        try {
            events.add(new Event(what, inode, 0, Slice.zeros(0, 0), Timestamp.EPOCH));
        } finally {
            lock.unlock();
        }
    }

    // ---- What tests do and ask ----

    /// The next append fails, before or after it took effect.
    void failAppend(FsException failure, boolean afterEffect) {
        lock.lock();
        try {
            appendFailure = failure;
            failsAfterEffect = afterEffect;
        } finally {
            lock.unlock();
        }
    }

    /// The file has been deleted.
    void removeFile(long inode) {
        lock.lock();
        try {
            gone.add(inode);
        } finally {
            lock.unlock();
        }
    }

    /// Cuts the file or makes it longer, as the metadata does: by records of zeros.
    void truncate(long inode, long length) {
        lock.lock();
        try {
            long old = lengths.getOrDefault(inode, 0L);
            for (long at = Math.min(old, length); at < Math.max(old, length); ) {
                var chunk = ChunkKey.at(inode, at);
                int pos = (int) (at % Sizes.CHUNK);
                int count = (int) Math.min(Sizes.CHUNK - pos, Math.max(old, length) - at);
                records(chunk).add(Slice.zeros(pos, count));
                at += count;
            }
            lengths.put(inode, length);
        } finally {
            lock.unlock();
        }
    }

    long length(long inode) {
        lock.lock();
        try {
            return lengths.getOrDefault(inode, 0L);
        } finally {
            lock.unlock();
        }
    }

    List<Event> events() {
        lock.lock();
        try {
            return List.copyOf(events);
        } finally {
            lock.unlock();
        }
    }

    /// The appends among the events.
    List<Event> appends() {
        return events().stream()
                .filter(event -> !event.time().equals(Timestamp.EPOCH))
                .toList();
    }

    /// How often a list was read.
    int reads() {
        lock.lock();
        try {
            return reads;
        } finally {
            lock.unlock();
        }
    }

    /// Slices with references, or without and not forgotten.
    Map<Long, Integer> refs() {
        lock.lock();
        try {
            return Map.copyOf(refs);
        } finally {
            lock.unlock();
        }
    }

    /// All slices that are known.
    List<SliceKey> slices() {
        lock.lock();
        try {
            return refs.keySet().stream()
                    .map(id -> new SliceKey(id, sizes.getOrDefault(id, 0)))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    List<SliceKey> unreferenced() {
        lock.lock();
        try {
            List<SliceKey> all = new ArrayList<>();
            refs.forEach((id, count) -> {
                if (count == 0) {
                    all.add(new SliceKey(id, sizes.getOrDefault(id, 0)));
                }
            });
            return all;
        } finally {
            lock.unlock();
        }
    }
}
