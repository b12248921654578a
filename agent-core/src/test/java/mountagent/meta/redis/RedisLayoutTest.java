package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lettuce.core.api.sync.RedisCommands;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.base.NodeSpec;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.base.XattrMode;
import mountagent.meta.ChunkKey;
import mountagent.meta.Durability;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.Slice;
import mountagent.meta.VolumeFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The keys and values as the server holds them, against what the official client writes (reference: meta-redis.md
/// §4.1).
class RedisLayoutTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private static final Caller CALLER = Caller.AGENT;
    private static final long ROOT = 1;
    private static final Timestamp START = new Timestamp(1_795_219_200, 0);

    private RedisEngine engine;
    private MetaStore store;
    private RedisCommands<byte[], byte[]> server;

    @BeforeEach
    void makeVolume() throws FsException {
        int database = SERVER.newDatabase();
        engine = SERVER.engine(database);
        server = SERVER.commands(database);
        SettableClock clock = new SettableClock(START);
        VolumeFormat format = VolumeFormat.create("demo", "00000000-0000-4000-8000-000000000000")
                .withTrashDays(1);
        MetaStore.format(engine, format, clock);
        store = MetaStore.open(engine, MetaOptions.of(clock));
        store.openSession(Bytes.utf8("{}"), 1_795_219_500L);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private static DentryKey at(long parent, String name) {
        return new DentryKey(parent, FileName.of(name));
    }

    private static byte[] key(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private Map<String, String> hash(String key) {
        Map<String, String> fields = new TreeMap<>();
        server.hgetall(key(key)).forEach((field, value) -> fields.put(text(field), hex(value)));
        return fields;
    }

    private Map<String, String> texts(String key) {
        Map<String, String> fields = new TreeMap<>();
        server.hgetall(key(key)).forEach((field, value) -> fields.put(text(field), text(value)));
        return fields;
    }

    private List<String> list(String key) {
        return server.lrange(key(key), 0, -1).stream().map(RedisLayoutTest::hex).toList();
    }

    private String string(String key) {
        return text(server.get(key(key)));
    }

    private long write(DentryKey at, int... lengths) throws FsException {
        long inode = store.mknod(CALLER, at, NodeSpec.file(0644)).inode();
        int pos = 0;
        for (int length : lengths) {
            Slice slice = Slice.whole(pos, store.newSliceId(), length);
            store.append(new ChunkKey(inode, 0), slice, START, Durability.COMMITTED);
            pos += length;
        }
        return inode;
    }

    /// The story of §4.1.
    private void tellObservedStory() throws FsException {
        long dir =
                store.mknod(CALLER, at(ROOT, "dir"), NodeSpec.directory(0755)).inode();
        write(at(dir, "hello.txt"), 11);
        long big = write(at(ROOT, "big"), 5_000_000, 10);
        store.mknod(CALLER, at(ROOT, "takes inode 5"), NodeSpec.file(0644));
        store.symlink(CALLER, at(ROOT, "ln"), Bytes.utf8("dir/hello.txt"));
        store.setXattr(CALLER, big, FileName.of("user.k"), Bytes.utf8("v1"), XattrMode.CREATE);
        write(at(ROOT, "gone"), 3);
        store.unlink(CALLER, at(ROOT, "takes inode 5"), 0);
        store.unlink(CALLER, at(ROOT, "gone"), 7);
    }

    /// Every key that the official client leaves, ours holds too, byte for byte.
    @Test
    void observedStoryLeavesTheSameKeys() throws FsException {
        tellObservedStory();

        assertEquals(
                Map.of("dir", "020000000000000002", "big", "010000000000000004", "ln", "030000000000000006"),
                hash("d1"));
        assertEquals(Map.of("hello.txt", "010000000000000003"), hash("d2"));
        assertEquals(List.of("0000000000000000000000010000000b000000000000000b"), list("c3_0"));
        assertEquals(
                List.of(
                        "000000000000000000000002004c4b4000000000004c4b40",
                        "004c4b4000000000000000030000000a000000000000000a"),
                list("c4_0"));
        assertEquals("dir/hello.txt", string("s6"));
        assertEquals(Map.of("user.k", "v1"), texts("x4"));
        assertEquals(Map.of("2026-11-21-00", "027fffffff10000001"), hash("d9223372032828243968"));
        assertEquals("010000000000000007", hash("d9223372032828243969").get("1-7-gone"));
        assertEquals(
                "7fffffff10000001",
                hex(server.get(key("i7"))).substring(126, 142),
                "the node's parent is the hour directory");
        assertEquals(72, server.get(key("i3")).length);
        assertEquals("1025", string("nextinode"));
        assertEquals("4096", string("nextchunk"));
        assertEquals("1", string("nextsession"));
        assertEquals("1", string("nextTrash"));
        assertEquals("7", string("totalInodes"));
        assertEquals(Long.toString(6L * 4096 + 5_001_216 + 4096 - 4096), string("usedSpace"));
    }

    @Test
    void noKeysAreLeftThatTheFormatDoesNotKnow() throws FsException {
        tellObservedStory();
        Set<String> left = server.keys("*").stream().map(RedisLayoutTest::text).collect(Collectors.toSet());
        left.removeIf(key -> key.matches("[idxsc][0-9]+(_[0-9]+)?"));
        assertEquals(
                Set.of(
                        "setting",
                        "nextinode",
                        "nextchunk",
                        "nextsession",
                        "nextTrash",
                        "usedSpace",
                        "totalInodes",
                        "nextCleanupSlices",
                        "allSessions",
                        "sessionInfos",
                        "dirDataLength",
                        "dirUsedSpace",
                        "dirUsedInodes"),
                left);
    }

    @Test
    void sessionsAreAZsetAndAHash() {
        assertEquals(1_795_219_500d, server.zscore(key("allSessions"), key("1")));
        assertEquals(Map.of("1", "{}"), texts("sessionInfos"));
    }

    @Test
    void hardLinksAreCounted() throws FsException {
        long file = write(at(ROOT, "a"));
        long dir =
                store.mknod(CALLER, at(ROOT, "dir"), NodeSpec.directory(0755)).inode();
        store.link(CALLER, file, at(dir, "b"));
        assertEquals(Map.of("1", "1", Long.toString(dir), "1"), texts("p" + file));
        assertEquals("0000000000000000", hex(server.get(key("i" + file))).substring(126, 142));
    }

    @Test
    void locksAreHashesThatTheSessionLists() throws FsException {
        long file = write(at(ROOT, "a"));
        store.tryFlock(file, 0xabcd1234L, LockMode.SHARED);
        store.trySetLock(file, 7, 77, LockMode.EXCLUSIVE, new LockRange(0, 99));
        assertEquals(Map.of("1_00000000ABCD1234", "R"), texts("lockf" + file));
        assertEquals(
                Map.of("1_0000000000000007", "000000010000004d00000000000000000000000000000063"), hash("lockp" + file));
        assertEquals(
                Set.of("lockf" + file, "lockp" + file),
                server.smembers(key("locked1")).stream()
                        .map(RedisLayoutTest::text)
                        .collect(Collectors.toSet()));

        store.tryFlock(file, 0xabcd1234L, LockMode.UNLOCK);
        store.trySetLock(file, 7, 77, LockMode.UNLOCK, new LockRange(0, 99));
        assertEquals(0, server.exists(key("lockf" + file), key("lockp" + file), key("locked1")));
    }

    @Test
    void compactionPutsTheReplacementInFrontOfWhatCameMeanwhile() throws FsException {
        long file = write(at(ROOT, "a"), 10, 10, 10);
        ChunkKey chunk = new ChunkKey(file, 0);
        List<Slice> seen = store.slices(chunk);
        store.append(chunk, Slice.zeros(30, 5), START, Durability.COMMITTED);
        Slice compacted = Slice.whole(10, store.newSliceId(), 20);
        store.replace(chunk, seen, 1, compacted);
        assertEquals(List.of(seen.getFirst(), compacted, Slice.zeros(30, 5)), store.slices(chunk));
        assertEquals(Map.of("4_1795219200", "00000000000000020000000a00000000000000030000000a"), hash("delSlices"));
    }

    @Test
    void releasedSlicesAreNegative() throws FsException {
        long file = write(at(ROOT, "a"), 10);
        store.release(List.of(new ChunkKey(file, 0)));
        assertEquals(Map.of("k1_10", "-1"), texts("sliceRef"));
    }

    @Test
    void truncationLeavesChunksAloneThatAreNotThere() throws FsException {
        long file = write(at(ROOT, "a"), 10);
        store.truncate(CALLER, file, 3L << 26, MetaStore.TruncateRight.BY_HANDLE, false);
        assertEquals(2, list("c" + file + "_0").size());
        assertEquals(0, server.exists(key("c" + file + "_1"), key("c" + file + "_2")));
    }
}
