package mountagent.meta.memory;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.meta.ChunkKey;
import mountagent.meta.Cursor;
import mountagent.meta.Dentry;
import mountagent.meta.LockOwner;
import mountagent.meta.Page;
import mountagent.meta.QuotaKey;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import org.jspecify.annotations.Nullable;

/// Answers scans page by page. A cursor holds the key of the last record told, so that records that come or go
/// between pages disturb no other.
final class MemoryScans {
    /// A kind of key as the bytes of a cursor.
    private record Form<K>(Function<K, byte[]> write, Function<ByteBuffer, K> read) {}

    private static final Form<Long> NUMBER = new Form<>(number -> longs(number), ByteBuffer::getLong);
    private static final Form<DentryKey> DENTRY = new Form<>(
            key -> join(longs(key.parent()), key.name().toArray()),
            bytes -> new DentryKey(bytes.getLong(), FileName.of(rest(bytes))));
    private static final Form<ChunkKey> CHUNK = new Form<>(
            key -> longs(key.inode(), key.index()), bytes -> new ChunkKey(bytes.getLong(), (int) bytes.getLong()));
    private static final Form<SliceKey> SLICE = new Form<>(
            key -> longs(key.id(), key.size()), bytes -> new SliceKey(bytes.getLong(), (int) bytes.getLong()));
    private static final Form<MemoryState.DelayedKey> DELAYED = new Form<>(
            key -> longs(key.id(), key.time()), bytes -> new MemoryState.DelayedKey(bytes.getLong(), bytes.getLong()));
    private static final Form<Scan.Sustained> SUSTAINED = new Form<>(
            key -> longs(key.session(), key.inode()), bytes -> new Scan.Sustained(bytes.getLong(), bytes.getLong()));
    private static final List<QuotaKey.Kind> KINDS = List.of(QuotaKey.Kind.values());
    private static final Form<QuotaKey> QUOTA = new Form<>(
            key -> longs(KINDS.indexOf(key.kind()), key.id()),
            bytes -> new QuotaKey(KINDS.get((int) bytes.getLong()), bytes.getLong()));
    private static final Form<Scan.HeldLock> LOCK = new Form<>(
            key -> longs(
                    key.posix() ? 1 : 0,
                    key.inode(),
                    key.owner().session(),
                    key.owner().owner()),
            MemoryScans::readLock);
    private static final Comparator<Scan.HeldLock> LOCKS = Comparator.comparing(Scan.HeldLock::posix)
            .thenComparingLong(Scan.HeldLock::inode)
            .thenComparingLong(lock -> lock.owner().session())
            .thenComparingLong(lock -> lock.owner().owner());

    private final MemoryState state;

    MemoryScans(MemoryState state) {
        this.state = state;
    }

    @SuppressWarnings("unchecked") // each scan's records have the type the scan names
    <R> Page<R> page(Scan<R> scan, Cursor from, int limit) {
        return (Page<R>) find(scan, from, limit);
    }

    private Page<?> find(Scan<?> scan, Cursor from, int limit) {
        return switch (scan) {
            case Scan.Directory(long inode, Scan.Detail detail) ->
                page(state.entriesOf(inode), DENTRY, from, limit, (key, dentry) -> entry(key, dentry, detail));
            case Scan.ChunksOf(long inode, long _) -> {
                var chunks = state.chunks.subMap(new ChunkKey(inode, 0), true, new ChunkKey(inode + 1, 0), false);
                yield page(chunks, CHUNK, from, limit, MemoryScans::chunk);
            }
            case Scan.LinksTo(long inode) -> page(linksTo(inode), DENTRY, from, limit, (key, _) -> key);
            case Scan.DeletedFiles(long until) -> {
                var due = only(state.deletedFiles, (_, file) -> file.time() <= until);
                yield page(due, NUMBER, from, limit, (_, file) -> file);
            }
            case Scan.ReleasedSlices() ->
                page(only(state.sliceRefs, (_, refs) -> refs <= 0), SLICE, from, limit, Scan.CountedSlice::new);
            case Scan.DelayedUntil(long until) -> {
                var due = only(state.delayed, (key, _) -> key.time() <= until);
                yield page(
                        due,
                        DELAYED,
                        from,
                        limit,
                        (key, slices) -> new Scan.DelayedSlices(key.id(), key.time(), slices));
            }
            case Scan.Sessions() -> page(state.sessions, NUMBER, from, limit, (_, session) -> session);
            case Scan.SustainedBy(long session) -> page(sustainedBy(session), SUSTAINED, from, limit, (key, _) -> key);
            case Scan.DetachedNodes() -> page(state.detached, NUMBER, from, limit, Scan.DetachedNode::new);
            case Scan.LocksOf(long session) -> page(locksOf(session), LOCK, from, limit, (key, _) -> key);
            case Scan.Nodes() -> page(state.nodes, NUMBER, from, limit, Scan.PlacedNode::new);
            case Scan.Dentries() -> page(state.dentries, DENTRY, from, limit, Scan.PlacedDentry::new);
            case Scan.AllChunks() -> page(state.chunks, CHUNK, from, limit, MemoryScans::chunk);
            case Scan.SliceCounts() -> page(state.sliceRefs, SLICE, from, limit, Scan.CountedSlice::new);
            case Scan.DirStats() -> page(state.dirStats, NUMBER, from, limit, Scan.PlacedDirStat::new);
            case Scan.Quotas() -> page(state.quotas, QUOTA, from, limit, Scan.PlacedQuota::new);
            case Scan.Acls(int after) ->
                page(
                        state.acls.tailMap(Integer.toUnsignedLong(after), false),
                        NUMBER,
                        from,
                        limit,
                        (id, rule) -> new Scan.PlacedAcl(id.intValue(), rule));
        };
    }

    private static Scan.PlacedChunk chunk(ChunkKey key, List<Slice> slices) {
        return new Scan.PlacedChunk(key, List.copyOf(slices));
    }

    private static <K, V, R> Page<R> page(
            NavigableMap<K, V> all, Form<K> form, Cursor from, int limit, BiFunction<K, V, R> record) {
        Bytes position = from.position();
        NavigableMap<K, V> rest =
                position.isEmpty() ? all : all.tailMap(form.read.apply(ByteBuffer.wrap(position.toArray())), false);
        List<R> records = new ArrayList<>(Math.min(limit, rest.size()));
        for (Map.Entry<K, V> entry : rest.entrySet()) {
            records.add(record.apply(entry.getKey(), entry.getValue()));
            if (records.size() == limit) {
                return new Page<>(records, after(form, entry.getKey(), rest));
            }
        }
        return new Page<>(records, null);
    }

    private static <K> @Nullable Cursor after(Form<K> form, K last, NavigableMap<K, ?> rest) {
        return rest.lastKey().equals(last) ? null : new Cursor(Bytes.of(form.write.apply(last)));
    }

    private Scan.DirEntry entry(DentryKey key, Dentry dentry, Scan.Detail detail) {
        return new Scan.DirEntry(
                key.name(), dentry, detail == Scan.Detail.NODES ? state.nodes.get(dentry.inode()) : null);
    }

    private NavigableMap<DentryKey, Boolean> linksTo(long inode) {
        NavigableMap<DentryKey, Boolean> found = new TreeMap<>(MemoryState.DENTRIES);
        for (long parent :
                state.parentLinks.getOrDefault(inode, new TreeMap<>()).keySet()) {
            state.entriesOf(parent).forEach((key, dentry) -> {
                if (dentry.inode() == inode) {
                    found.put(key, true);
                }
            });
        }
        return found;
    }

    private NavigableMap<Scan.Sustained, Boolean> sustainedBy(long session) {
        NavigableMap<Scan.Sustained, Boolean> found = new TreeMap<>(MemoryState.SUSTAINED);
        for (Scan.Sustained sustained : state.sustained) {
            if (sustained.session() == session) {
                found.put(sustained, true);
            }
        }
        return found;
    }

    private NavigableMap<Scan.HeldLock, Boolean> locksOf(long session) {
        NavigableMap<Scan.HeldLock, Boolean> found = new TreeMap<>(LOCKS);
        state.flocks.forEach((inode, locks) -> addLocks(found, session, inode, locks, false));
        state.posixLocks.forEach((inode, locks) -> addLocks(found, session, inode, locks, true));
        return found;
    }

    private static void addLocks(
            Map<Scan.HeldLock, Boolean> found, long session, long inode, Map<LockOwner, ?> locks, boolean posix) {
        for (LockOwner owner : locks.keySet()) {
            if (owner.session() == session) {
                found.put(new Scan.HeldLock(inode, owner, posix), true);
            }
        }
    }

    private static <K, V> NavigableMap<K, V> only(NavigableMap<K, V> all, BiFunction<K, V, Boolean> wanted) {
        NavigableMap<K, V> found = new TreeMap<>(all.comparator());
        all.forEach((key, value) -> {
            if (wanted.apply(key, value)) {
                found.put(key, value);
            }
        });
        return found;
    }

    private static Scan.HeldLock readLock(ByteBuffer bytes) {
        boolean posix = bytes.getLong() != 0;
        return new Scan.HeldLock(bytes.getLong(), new LockOwner(bytes.getLong(), bytes.getLong()), posix);
    }

    private static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    private static byte[] rest(ByteBuffer bytes) {
        byte[] rest = new byte[bytes.remaining()];
        bytes.get(rest);
        return rest;
    }
}
