package mountagent.object;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mountagent.object.ObjectStoreException.Kind;

/// Spreads objects over several buckets by a hash of their key, as the official client does (reference:
/// volume-format.md §4.3): FNV-1a of 32 bits over the whole key, the volume's prefix included, modulo the number of
/// shards.
///
/// Each object is read and written in its own shard, with what that shard's driver guarantees. A listing merges those
/// of all shards and fails when one of them does; what lies in a shard that its key does not belong to is not listed,
/// since nobody could read it under that key.
public final class ShardedStore implements ObjectStore {
    private static final int FNV_OFFSET = 0x811c9dc5;
    private static final int FNV_PRIME = 0x01000193;

    /// Names the shard of what a broken-off put left there: its key says nothing about it. Sorts before whatever
    /// keys are made of.
    private static final String SHARD_MARK = "!shard";

    private static final Pattern MARKED = Pattern.compile("(.*)" + SHARD_MARK + "([0-9]{1,3})");

    private final List<ObjectStore> shards;

    /// Opens the store in one bucket.
    @FunctionalInterface
    public interface Driver<E extends Exception> {
        ObjectStore open(String bucket) throws E;
    }

    private ShardedStore(List<ObjectStore> shards) {
        this.shards = List.copyOf(shards);
    }

    /// One store over `buckets` (see [ShardBuckets]), each opened by `driver`; for a single one what `driver` answers.
    /// What was opened before a failure is closed.
    public static <E extends Exception> ObjectStore open(List<String> buckets, Driver<E> driver) throws E {
        if (buckets.size() == 1) {
            return driver.open(buckets.getFirst());
        }
        List<ObjectStore> shards = new ArrayList<>();
        boolean isComplete = false;
        try {
            for (String bucket : buckets) {
                shards.add(driver.open(bucket));
            }
            isComplete = true;
            return new ShardedStore(shards);
        } finally {
            if (!isComplete) {
                shards.forEach(ObjectStore::close);
            }
        }
    }

    /// The shard of `key` among `count`.
    static int shardOf(String key, int count) {
        int hash = FNV_OFFSET;
        for (byte each : key.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xFF)) * FNV_PRIME;
        }
        return Integer.remainderUnsigned(hash, count);
    }

    private ObjectStore shard(String key) {
        return shards.get(shardOf(key, shards.size()));
    }

    @Override
    public void put(String key, MemorySegment body) throws ObjectStoreException {
        shard(key).put(key, body);
    }

    @Override
    public long read(String key, long offset, MemorySegment target) throws ObjectStoreException {
        return shard(key).read(key, offset, target);
    }

    @Override
    public void delete(String key) throws ObjectStoreException {
        Matcher marked = MARKED.matcher(key);
        if (!marked.matches() || shard(key).head(key).isPresent()) {
            shard(key).delete(key);
            return;
        }
        int index = Integer.parseInt(marked.group(2));
        if (index >= shards.size()) {
            throw new ObjectStoreException(Kind.INVALID, "key " + key + " names a shard that is not there");
        }
        shards.get(index).delete(marked.group(1));
    }

    @Override
    public Optional<ObjectInfo> head(String key) throws ObjectStoreException {
        return shard(key).head(key);
    }

    @Override
    public ObjectPage list(String prefix, String after, int limit) throws ObjectStoreException {
        List<ShardListing> listings = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            int index = i;
            listings.add(new ShardListing(
                    (from, count) -> shards.get(index).list(prefix, from, count),
                    after,
                    share(limit),
                    object -> shardOf(object.key(), shards.size()) == index));
        }
        return ShardListing.merge(listings, limit);
    }

    /// As [ObjectStore] says; the keys name their shard too, for [#delete].
    @Override
    public ObjectPage listUnfinished(String prefix, String after, int limit) throws ObjectStoreException {
        List<ShardListing> listings = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            int index = i;
            listings.add(new ShardListing(
                    (from, count) -> marked(shards.get(index).listUnfinished(prefix, unmarked(from), count), index),
                    after,
                    share(limit),
                    _ -> true));
        }
        return ShardListing.merge(listings, limit);
    }

    /// As the drivers know it.
    private static String unmarked(String key) {
        Matcher marked = MARKED.matcher(key);
        return marked.matches() ? marked.group(1) : key;
    }

    private static ObjectPage marked(ObjectPage page, int shard) {
        return new ObjectPage(
                page.objects().stream()
                        .map(object ->
                                new ObjectInfo(object.key() + SHARD_MARK + shard, object.size(), object.modified()))
                        .toList(),
                page.isLast());
    }

    /// What a shard is asked for at once: together about what is wanted.
    private int share(int limit) {
        return limit / shards.size() + 1;
    }

    @Override
    public void sync(Collection<String> keys) throws ObjectStoreException {
        Map<ObjectStore, List<String>> byShard = new HashMap<>();
        for (String key : keys) {
            byShard.computeIfAbsent(shard(key), _ -> new ArrayList<>()).add(key);
        }
        for (Map.Entry<ObjectStore, List<String>> each : byShard.entrySet()) {
            each.getKey().sync(each.getValue());
        }
    }

    @Override
    public void syncAll() throws ObjectStoreException {
        for (ObjectStore shard : shards) {
            shard.syncAll();
        }
    }

    @Override
    public boolean isLocal() {
        return shards.stream().allMatch(ObjectStore::isLocal);
    }

    /// The first shard, and how many there are.
    @Override
    public String describe() {
        return "shard" + shards.size() + "://" + shards.getFirst().describe();
    }

    @Override
    public void close() {
        shards.forEach(ObjectStore::close);
    }
}
