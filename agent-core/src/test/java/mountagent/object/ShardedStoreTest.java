package mountagent.object;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Clock;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.file.FileStore;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ShardedStoreTest extends ObjectStoreContract {
    private static final int SHARDS = 4;

    private final List<FaultyStore> shards = new ArrayList<>();

    @TempDir
    Path folder;

    @Override
    protected ObjectStore open() throws ObjectStoreException {
        return ShardedStore.open(ShardBuckets.of("b%d", SHARDS), this::shard);
    }

    private ObjectStore shard(String bucket) {
        assertEquals("b" + shards.size(), bucket);
        shards.add(new FaultyStore(new MemoryStore(Clock.SYSTEM)));
        return shards.getLast();
    }

    /// Observed with the official client (reference: volume-format.md §4.3).
    @ParameterizedTest
    @CsvSource({
        "demo/chunks/0/0/1_0_11, 1",
        "demo/chunks/0/0/2_0_4194304, 3",
        "demo/chunks/0/0/2_1_805696, 1",
        "demo/chunks/0/0/3_0_10, 0"
    })
    void anObjectIsInTheShardWhereTheOfficialClientPutsIt(String key, int shard) throws Exception {
        put(key, "hello");
        for (int i = 0; i < SHARDS; i++) {
            assertEquals(i == shard, shards.get(i).head(key).isPresent(), "shard " + i);
        }
    }

    @Test
    void aListingOfWhichAShardFailsIsAnExceptionAtAnyPage() throws Exception {
        for (int i = 0; i < 200; i++) {
            put("k" + i, "x");
        }
        for (FaultyStore shard : shards) {
            for (int nth = 1; nth <= 3; nth++) {
                shard.heal();
                shard.failNth(Operation.LIST, nth, Kind.DENIED);
                assertThrows(ObjectStoreException.class, this::walk, "call " + nth);
            }
            shard.heal();
        }
        assertEquals(200, walk());
    }

    /// How many objects a listing in pages shows.
    private int walk() throws ObjectStoreException {
        int count = 0;
        String after = "";
        for (boolean isLast = false; !isLast; ) {
            ObjectPage page = store.list("", after, 20);
            count += page.objects().size();
            after = page.objects().isEmpty() ? after : page.objects().getLast().key();
            isLast = page.isLast();
        }
        return count;
    }

    @Test
    void aPageAsksForLittleMoreThanItShows() throws Exception {
        for (int i = 0; i < 1000; i++) {
            put("k" + i, "x");
        }
        shards.forEach(FaultyStore::heal);
        int before =
                shards.stream().mapToInt(shard -> shard.calls(Operation.LIST)).sum();
        assertEquals(100, keys("", "", 100).size());
        int calls =
                shards.stream().mapToInt(shard -> shard.calls(Operation.LIST)).sum() - before;
        assertTrue(calls <= 3 * SHARDS, calls + " calls");
    }

    @Test
    void whatLiesInAForeignShardIsNotListed() throws Exception {
        put("demo/chunks/0/0/1_0_11", "x");
        shards.get(2).put("demo/chunks/0/0/1_0_11", MemorySegment.ofArray(new byte[1]));
        shards.get(3).put("demo/chunks/0/0/3_0_10", MemorySegment.ofArray(new byte[1]));
        assertEquals(List.of("demo/chunks/0/0/1_0_11"), keys("", "", 10));
        assertTrue(store.head("demo/chunks/0/0/3_0_10").isEmpty());
    }

    @Test
    void unfinishedPutsOfAllShardsAreListedAndTakenAway() throws Exception {
        ObjectStore files = ShardedStore.open(
                ShardBuckets.of(folder + "/%d/", SHARDS), bucket -> FileStore.create(Path.of(bucket)));
        List<Path> left = new ArrayList<>();
        for (int i = 0; i < SHARDS; i++) {
            for (int nth = 0; nth < 3; nth++) {
                Path file = folder.resolve(i + "/demo/chunks/.jfs." + nth + "_0_5.tmp." + i);
                Files.createDirectories(file.getParent());
                left.add(Files.writeString(file, "hal"));
            }
        }
        String after = "";
        int found = 0;
        for (boolean isLast = false; !isLast; ) {
            ObjectPage page = files.listUnfinished("demo/chunks/", after, 5);
            isLast = page.isLast();
            for (ObjectInfo object : page.objects()) {
                assertTrue(object.key().compareTo(after) > 0, object::toString);
                after = object.key();
                assertEquals(3, object.size());
                files.delete(object.key());
                found++;
            }
        }
        assertEquals(3 * SHARDS, found);
        assertTrue(left.stream().noneMatch(Files::exists), left::toString);
        files.close();
    }

    @Test
    void anObjectWhoseNameLooksLikeAnUnfinishedOneIsDeletedItself() throws Exception {
        put("k!shard2", "stray");
        for (FaultyStore shard : shards) {
            shard.put("k", MemorySegment.ofArray(new byte[1]));
        }
        store.delete("k!shard2");
        assertTrue(store.head("k!shard2").isEmpty());
        assertTrue(store.head("k").isPresent());
        assertTrue(shards.get(2).head("k").isPresent());
        var failure = assertThrows(ObjectStoreException.class, () -> store.delete("k!shard4"));
        assertTrue(String.valueOf(failure.getMessage()).contains("k!shard4"), failure::getMessage);
    }

    @Test
    void syncReachesTheShardsOfItsKeysAndSyncAllReachesEach() throws Exception {
        store.sync(List.of("demo/chunks/0/0/2_0_4194304", "demo/chunks/0/0/3_0_10"));
        assertEquals(List.of(1, 0, 0, 1), syncs());
        store.syncAll();
        assertEquals(List.of(2, 1, 1, 2), syncs());
        shards.get(3).failNth(Operation.SYNC, 1, Kind.FULL);
        assertThrows(ObjectStoreException.class, store::syncAll);
    }

    private List<Integer> syncs() {
        return shards.stream().map(shard -> shard.calls(Operation.SYNC)).toList();
    }

    @Test
    void whatWasOpenedBeforeAFailureIsClosed() {
        List<FaultyStore> opened = new ArrayList<>();
        assertThrows(
                IOException.class,
                () -> ShardedStore.open(List.of("0", "1", "2"), bucket -> {
                    if (bucket.equals("2")) {
                        throw new IOException("no bucket");
                    }
                    opened.add(new FaultyStore(new MemoryStore(Clock.SYSTEM)));
                    return opened.getLast();
                }));
        assertEquals(2, opened.size());
        assertTrue(opened.stream().allMatch(FaultyStore::isClosed));
    }

    @Test
    void itSaysHowManyBucketsThereAre() throws Exception {
        assertTrue(store.describe().startsWith("shard4://"), store::describe);
        assertTrue(store.isLocal());
        var single = new MemoryStore(Clock.SYSTEM);
        assertEquals(single, ShardedStore.open(ShardBuckets.of("b%d", 0), _ -> single));
    }

    @ParameterizedTest
    @CsvSource({"/srv/%d/, /srv/11/", "b%03d, b011", "b%x, bb", "b%v%%, b11%", "%5d, '   11'", "b%02X, b0B"})
    void thePatternIsFilledInAsTheOfficialClientDoes(String pattern, String twelfth) throws Exception {
        assertEquals(twelfth, ShardBuckets.of(pattern, 12).get(11));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/srv/objects/", "%d/%d", "%s", "%", "b%%", "b%%d", "%d%", "%999d"})
    void aPatternThatDoesNotTellShardsApartIsRefused(String pattern) {
        var failure = assertThrows(ObjectStoreException.class, () -> ShardBuckets.of(pattern, 2));
        assertEquals(Kind.INVALID, failure.kind());
        assertTrue(String.valueOf(failure.getMessage()).contains(pattern), failure::getMessage);
        assertTrue(String.valueOf(failure.getMessage()).contains("%d"), failure::getMessage);
    }

    @Test
    void moreShardsThanPossibleAreRefused() throws Exception {
        assertEquals(256, ShardBuckets.of("%d", 256).size());
        var failure = assertThrows(ObjectStoreException.class, () -> ShardBuckets.of("%d", 257));
        assertFalse(String.valueOf(failure.getMessage()).isEmpty());
    }
}
