package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.api.sync.RedisCommands;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.meta.ChunkKey;
import mountagent.meta.Cursor;
import mountagent.meta.Dentry;
import mountagent.meta.Item;
import mountagent.meta.Page;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.SliceKey;
import mountagent.meta.codec.DentryCodec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Listings over collections of any size and form, and what others may have left in them.
class RedisScanTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private RedisEngine engine;
    private RedisCommands<byte[], byte[]> server;

    @BeforeEach
    void open() throws FsException {
        int database = SERVER.newDatabase();
        engine = SERVER.engine(database);
        server = SERVER.commands(database);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void putEntries(long directory, int from, int to) {
        IdentityHashMap<byte[], byte[]> entries = new IdentityHashMap<>();
        for (int i = from; i < to; i++) {
            entries.put(bytes("name" + i), DentryCodec.encode(new Dentry(1000 + i, FileType.FILE)));
        }
        server.hset(bytes("d" + directory), entries);
    }

    private <R> List<R> all(Scan<R> scan, int limit) throws FsException {
        List<R> records = new ArrayList<>();
        Cursor cursor = Cursor.START;
        while (cursor != null) {
            Page<R> page = engine.scan(scan, cursor, limit);
            assertTrue(
                    page.records().size() <= limit, "page of " + page.records().size());
            cursor = page.next();
            assertFalse(page.records().isEmpty() && cursor != null, "an empty page that is not the last");
            records.addAll(page.records());
        }
        return records;
    }

    private Set<String> names(int directory, int limit) throws FsException {
        List<Scan.DirEntry> entries = all(new Scan.Directory(directory, Scan.Detail.NAMES), limit);
        Set<String> names = new HashSet<>();
        for (Scan.DirEntry entry : entries) {
            assertTrue(names.add(entry.name().toString()), entry + " came twice");
        }
        return names;
    }

    @Test
    void smallDirectoryComesInPagesSmallerThanTheServersStep() throws FsException {
        putEntries(5, 0, 50);
        assertEquals(50, names(5, 7).size());
        assertEquals(50, names(5, 1).size());
        assertEquals(0, names(6, 7).size());
    }

    @Test
    void largeDirectoryComesWhole() throws FsException {
        putEntries(5, 0, 20_000);
        assertEquals(20_000, names(5, 1000).size());
        assertEquals(20_000, names(5, 211).size());
    }

    @Test
    void entriesThatStayAllTheWhileAreSeenWhileOthersComeAndGo() throws FsException {
        putEntries(5, 0, 5_000);
        Set<String> seen = new HashSet<>();
        Cursor cursor = Cursor.START;
        int page = 0;
        while (cursor != null) {
            Page<Scan.DirEntry> found = engine.scan(new Scan.Directory(5, Scan.Detail.NAMES), cursor, 100);
            found.records().forEach(entry -> seen.add(entry.name().toString()));
            cursor = found.next();
            server.hdel(bytes("d5"), bytes("name" + (page * 2 + 1)));
            putEntries(5, 10_000 + page * 50, 10_050 + page * 50);
            page++;
        }
        for (int i = 0; i < 5_000; i += 2) {
            assertTrue(seen.contains("name" + i), "name" + i + " was lost");
        }
    }

    @Test
    void allEntriesOfAllDirectoriesAreFound() throws FsException {
        for (int directory = 1; directory <= 30; directory++) {
            putEntries(directory, 0, directory * 10);
        }
        server.set(bytes("delfiles-like"), bytes("x"));
        server.zadd(bytes("delfiles"), 1, bytes("7:8"));
        Set<Scan.PlacedDentry> found = new HashSet<>(all(new Scan.Dentries(), 64));
        assertEquals(30 * 31 / 2 * 10, found.size());
        assertTrue(found.stream()
                .anyMatch(entry ->
                        entry.key().parent() == 30 && entry.key().name().equals(FileName.of("name299"))));
    }

    @Test
    void chunksBelowTheLengthAreFoundAndCorruptOnesShown() throws FsException {
        server.rpush(bytes("c7_0"), new byte[24]);
        server.rpush(bytes("c7_5"), new byte[23]);
        server.rpush(bytes("c7_900"), new byte[24]);
        List<Scan.PlacedChunk> chunks = all(new Scan.ChunksOf(7, 901L << 26), 10);
        assertEquals(
                List.of(new ChunkKey(7, 0), new ChunkKey(7, 5), new ChunkKey(7, 900)),
                chunks.stream().map(Scan.PlacedChunk::chunk).toList());
        assertEquals(null, chunks.get(1).slices());
        assertEquals(2, all(new Scan.ChunksOf(7, 800L << 26), 10).size());
        assertEquals(3, all(new Scan.AllChunks(), 2).size());
        FsException corrupt = assertThrows(FsException.class, () -> {
            Item.SlicesOf item = new Item.SlicesOf(new ChunkKey(7, 5));
            engine.read(ReadPlan.of(item), reader -> reader.get(item));
        });
        assertEquals(Errno.EIO, corrupt.errno());
    }

    @Test
    void chunksThatACutLeftBehindTheEndAreFound() throws FsException {
        server.rpush(bytes("c7_1"), new byte[24]);
        server.rpush(bytes("c7_50"), new byte[24]);
        server.rpush(bytes("c7_120"), new byte[24]);
        List<Scan.PlacedChunk> chunks = all(new Scan.ChunksOf(7, 1), 10);
        assertEquals(
                List.of(1, 50, 120),
                chunks.stream().map(placed -> placed.chunk().index()).toList());
    }

    @Test
    void longRangesOfChunksAreSearched() throws FsException {
        server.rpush(bytes("c7_3"), new byte[24]);
        server.rpush(bytes("c7_2000000"), new byte[24]);
        server.rpush(bytes("c70_4"), new byte[24]);
        Item.Chunks item = new Item.Chunks(7, 1, Integer.MAX_VALUE);
        Map<Integer, ?> found = engine.read(ReadPlan.of(item), reader -> reader.get(item));
        assertEquals(List.of(3, 2_000_000), List.copyOf(found.keySet()));
    }

    @Test
    void slicesAreFoundByTheirReferences() throws FsException {
        server.hset(bytes("sliceRef"), Map.of(bytes("k1_10"), bytes("-1"), bytes("k2_20"), bytes("3")));
        assertEquals(List.of(new Scan.CountedSlice(new SliceKey(1, 10), 0)), all(new Scan.ReleasedSlices(), 10));
        assertEquals(2, all(new Scan.SliceCounts(), 10).size());
    }

    @Test
    void deletedFilesAreFoundByTimeAndLegacyOnesLeftAlone() throws FsException {
        server.zadd(bytes("delfiles"), 100, bytes("5:4096"));
        server.zadd(bytes("delfiles"), 200, bytes("6:1"));
        server.zadd(bytes("delfiles"), 50, bytes("5:4096:legacy"));
        assertEquals(List.of(new Scan.DeletedFile(5, 4096, 100)), all(new Scan.DeletedFiles(150), 10));
    }

    @Test
    void quotasOfAllKindsAreFound() throws FsException {
        byte[] limits = new byte[16];
        limits[7] = 9;
        server.hset(bytes("dirQuota"), bytes("5"), limits);
        server.hset(bytes("dirQuotaUsedSpace"), bytes("5"), bytes("4096"));
        server.hset(bytes("groupQuota"), bytes("1000"), limits);
        assertEquals(
                Set.of(
                        new Scan.PlacedQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, 5), new Quota(9, 0, 4096, 0)),
                        new Scan.PlacedQuota(new QuotaKey(QuotaKey.Kind.GROUP, 1000), new Quota(9, 0, 0, 0))),
                new HashSet<>(all(new Scan.Quotas(), 1)));
    }

    @Test
    void detachedNodesAreFound() throws FsException {
        server.zadd(bytes("detachedNodes"), 1_700_000_000, bytes("99"));
        assertEquals(List.of(new Scan.DetachedNode(99, 1_700_000_000)), all(new Scan.DetachedNodes(), 10));
    }

    @Test
    void cursorOfAnotherEngineIsRefused() {
        FsException refused = assertThrows(
                FsException.class, () -> engine.scan(new Scan.Nodes(), new Cursor(Bytes.of((byte) 1, (byte) 2)), 10));
        assertEquals(Errno.EINVAL, refused.errno());
    }

    @Test
    void valuesOfAnotherTypeAreEio() {
        server.set(bytes("d5"), bytes("not a hash"));
        FsException refused = assertThrows(FsException.class, () -> names(5, 10));
        assertEquals(Errno.EIO, refused.errno());
        assertTrue(refused.toString().contains("WRONGTYPE"), refused.getMessage());
    }
}
