package mountagent.meta.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.meta.AclRule;
import mountagent.meta.ChunkKey;
import mountagent.meta.Counter;
import mountagent.meta.Dentry;
import mountagent.meta.DirStat;
import mountagent.meta.IdKind;
import mountagent.meta.Item;
import mountagent.meta.LockOwner;
import mountagent.meta.LockType;
import mountagent.meta.Node;
import mountagent.meta.PosixLock;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.Scan;
import mountagent.meta.SessionRecord;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.meta.XattrKey;
import org.jspecify.annotations.Nullable;

/// The records of one volume, each kind in a map ordered by its key, and the answers to items.
final class MemoryState {
    /// What a compaction replaced is kept under: the new slice and the time.
    record DelayedKey(long id, long time) {}

    static final Comparator<DentryKey> DENTRIES =
            Comparator.comparingLong(DentryKey::parent).thenComparing(DentryKey::name);
    static final Comparator<ChunkKey> CHUNKS =
            Comparator.comparingLong(ChunkKey::inode).thenComparingInt(ChunkKey::index);
    static final Comparator<SliceKey> SLICES =
            Comparator.comparingLong(SliceKey::id).thenComparingInt(SliceKey::size);
    static final Comparator<DelayedKey> DELAYED =
            Comparator.comparingLong(DelayedKey::id).thenComparingLong(DelayedKey::time);
    static final Comparator<Scan.Sustained> SUSTAINED =
            Comparator.comparingLong(Scan.Sustained::session).thenComparingLong(Scan.Sustained::inode);
    static final Comparator<QuotaKey> QUOTAS =
            Comparator.comparing(QuotaKey::kind).thenComparingLong(QuotaKey::id);
    private static final Comparator<XattrKey> XATTRS =
            Comparator.comparingLong(XattrKey::inode).thenComparing(XattrKey::name);

    /// Ids 0 and 1 are no inode's to have but the root's.
    private static final long FIRST_INODE = 2;

    final NavigableMap<Long, Node> nodes = new TreeMap<>();
    final NavigableMap<DentryKey, Dentry> dentries = new TreeMap<>(DENTRIES);
    final NavigableMap<ChunkKey, List<Slice>> chunks = new TreeMap<>(CHUNKS);
    final NavigableMap<SliceKey, Long> sliceRefs = new TreeMap<>(SLICES);
    final NavigableMap<DelayedKey, List<SliceKey>> delayed = new TreeMap<>(DELAYED);
    final Map<Long, Bytes> symlinks = new HashMap<>();
    final NavigableMap<XattrKey, Bytes> xattrs = new TreeMap<>(XATTRS);
    final Map<Long, NavigableMap<Long, Integer>> parentLinks = new HashMap<>();
    final Map<Long, Map<LockOwner, LockType>> flocks = new HashMap<>();
    final Map<Long, Map<LockOwner, List<PosixLock>>> posixLocks = new HashMap<>();
    final Map<Counter, Long> counters = new EnumMap<>(Counter.class);
    final Map<IdKind, Long> nextIds = new EnumMap<>(IdKind.class);
    final NavigableMap<Long, DirStat> dirStats = new TreeMap<>();
    final NavigableMap<QuotaKey, Quota> quotas = new TreeMap<>(QUOTAS);
    final NavigableMap<Long, SessionRecord> sessions = new TreeMap<>();
    final TreeMap<Long, Long> detached = new TreeMap<>();
    final TreeSet<Scan.Sustained> sustained = new TreeSet<>(SUSTAINED);
    final NavigableMap<Long, AclRule> acls = new TreeMap<>();
    final NavigableMap<Long, Scan.DeletedFile> deletedFiles = new TreeMap<>();

    @Nullable
    String setting;

    /// The answer to an item, as [Item] says.
    @SuppressWarnings({"unchecked", "NullAway"}) // each item's answer has the type the item names
    <V extends @Nullable Object> V answer(Item<V> item) {
        return (V) find(item);
    }

    private @Nullable Object find(Item<?> item) {
        return switch (item) {
            case Item.NodeOf(long inode) -> nodes.get(inode);
            case Item.DentryAt(DentryKey key) -> dentries.get(key);
            case Item.HasEntries(long directory) -> !entriesOf(directory).isEmpty();
            case Item.SlicesOf(ChunkKey chunk) -> List.copyOf(chunks.getOrDefault(chunk, List.of()));
            case Item.Chunks chunksOf -> chunksIn(chunksOf);
            case Item.SymlinkOf(long inode) -> symlinks.get(inode);
            case Item.XattrOf(XattrKey key) -> xattrs.get(key);
            case Item.XattrNames(long inode) -> xattrNames(inode);
            case Item.ParentLinks(long inode) -> Map.copyOf(parentLinks.getOrDefault(inode, new TreeMap<>()));
            case Item.Ancestors(long directory) -> ancestors(directory);
            case Item.SliceRefs(SliceKey slice) -> sliceRefs.getOrDefault(slice, 0L);
            case Item.Flocks(long inode) -> Map.copyOf(flocks.getOrDefault(inode, Map.of()));
            case Item.PosixLocks(long inode) -> Map.copyOf(posixLocks.getOrDefault(inode, Map.of()));
            case Item.CounterOf(Counter counter) -> counters.getOrDefault(counter, 0L);
            case Item.NextId(IdKind kind) -> nextId(kind);
            case Item.DirStatOf(long directory) -> dirStats.get(directory);
            case Item.QuotaOf(QuotaKey key) -> quotas.get(key);
            case Item.SessionOf(long session) -> sessions.get(session);
            case Item.IsSustained(long session, long inode) -> sustained.contains(new Scan.Sustained(session, inode));
            case Item.IsDelayed(long id, long time) -> delayed.containsKey(new DelayedKey(id, time));
            case Item.AclOf(int id) -> acls.get(Integer.toUnsignedLong(id));
            case Item.Setting() -> setting;
        };
    }

    /// The first id of a sequence that is free.
    long nextId(IdKind kind) {
        return nextIds.getOrDefault(kind, kind == IdKind.INODE ? FIRST_INODE : 1L);
    }

    /// The entries of a directory, by name.
    NavigableMap<DentryKey, Dentry> entriesOf(long directory) {
        DentryKey first = new DentryKey(directory, FileName.of(""));
        return dentries.subMap(first, true, new DentryKey(directory + 1, FileName.of("")), false);
    }

    private NavigableMap<Integer, List<Slice>> chunksIn(Item.Chunks range) {
        NavigableMap<Integer, List<Slice>> found = new TreeMap<>();
        if (range.from() < range.to()) {
            chunks.subMap(new ChunkKey(range.inode(), range.from()), new ChunkKey(range.inode(), range.to()))
                    .forEach((chunk, slices) -> found.put(chunk.index(), List.copyOf(slices)));
        }
        return found;
    }

    /// The attributes of an inode, by name.
    NavigableMap<XattrKey, Bytes> xattrsOf(long inode) {
        XattrKey first = new XattrKey(inode, FileName.of(""));
        return xattrs.subMap(first, true, new XattrKey(inode + 1, FileName.of("")), false);
    }

    private List<FileName> xattrNames(long inode) {
        return xattrsOf(inode).keySet().stream().map(XattrKey::name).toList();
    }

    private List<Long> ancestors(long directory) {
        List<Long> way = new ArrayList<>();
        long next = directory;
        for (Node node = nodes.get(next); node != null && !way.contains(next); node = nodes.get(next)) {
            way.add(next);
            next = node.parent();
        }
        return way;
    }
}
