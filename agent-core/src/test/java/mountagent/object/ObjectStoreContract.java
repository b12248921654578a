package mountagent.object;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import mountagent.object.ObjectStoreException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every driver and decorator must do: extend it and give it an empty store.
public abstract class ObjectStoreContract {
    protected ObjectStore store;

    /// An empty store, made anew for each test.
    protected abstract ObjectStore open() throws Exception;

    /// How long an object of `length` bytes is where it is stored, as [ObjectInfo] tells.
    protected long stored(long length) {
        return length;
    }

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void readReturnsWhatWasPut() throws Exception {
        put("chunks/0/0/1_0_11", "hello world");
        assertEquals("hello world", read("chunks/0/0/1_0_11", 0, 100));
    }

    @Test
    void anEmptyObjectIsAnObject() throws Exception {
        put("empty", "");
        assertEquals("", read("empty", 0, 10));
        assertEquals(stored(0), store.head("empty").orElseThrow().size());
    }

    @Test
    void readOfARangeStopsAtTheEnd() throws Exception {
        put("a/b", "0123456789");
        assertEquals("345", read("a/b", 3, 3));
        assertEquals("89", read("a/b", 8, 10));
        assertEquals("", read("a/b", 10, 10));
        assertEquals("", read("a/b", 99, 10));
    }

    @Test
    void readLeavesTheRestOfTheTargetAlone() throws Exception {
        put("a", "xy");
        byte[] target = "-----".getBytes(StandardCharsets.US_ASCII);
        assertEquals(2, store.read("a", 0, MemorySegment.ofArray(target)));
        assertEquals("xy---", new String(target, StandardCharsets.US_ASCII));
    }

    @Test
    void readIntoNativeMemoryFillsIt() throws Exception {
        byte[] content = new byte[5_000_000];
        new Random(1).nextBytes(content);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment body = arena.allocate(content.length);
            MemorySegment.copy(content, 0, body, ValueLayout.JAVA_BYTE, 0, content.length);
            store.put("big", body);
            MemorySegment target = arena.allocate(content.length);
            assertEquals(content.length, store.read("big", 0, target));
            assertArrayEquals(content, target.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void readOfAMissingObjectSaysSo() throws Exception {
        put("there/x", "x");
        for (String key : List.of("nowhere", "no/such/directory", "there/y")) {
            var failure = assertThrows(ObjectStoreException.class, () -> read(key, 0, 1));
            assertEquals(Kind.MISSING, failure.kind());
            assertTrue(String.valueOf(failure.getMessage()).contains(key), failure::getMessage);
        }
        assertTrue(store.head("nowhere").isEmpty());
        assertTrue(store.head("no/such/directory").isEmpty());
        assertTrue(store.head("there").isEmpty(), "what holds objects is none");
    }

    @Test
    void putReplacesTheWholeObject() throws Exception {
        put("k", "a longer one");
        put("k", "short");
        assertEquals("short", read("k", 0, 100));
    }

    @Test
    void deleteRemovesAndIsContentWithNothing() throws Exception {
        put("d/k", "x");
        store.delete("d/k");
        assertTrue(store.head("d/k").isEmpty());
        store.delete("d/k");
        store.delete("never/was");
        assertTrue(keys("", "", 10).isEmpty());
    }

    @Test
    void headTellsSizeAndTime() throws Exception {
        put("h", "12345");
        ObjectInfo info = store.head("h").orElseThrow();
        assertEquals("h", info.key());
        assertEquals(stored(5), info.size());
        var age = Duration.between(info.modified(), Instant.now()).abs();
        assertTrue(age.compareTo(Duration.ofMinutes(5)) < 0, info::toString);
    }

    @Test
    void listIsInByteOrderAcrossDirectories() throws Exception {
        List<String> keys =
                List.of("a", "a-b", "a/b", "a/b-c", "a/b/c", "a/b/d", "a0", "b/1_0_5", "b/10_0_5", "b/2_0_5");
        for (String key : keys) {
            put(key.equals("a") ? "a." : key.equals("a/b") ? "a/b." : key, key);
        }
        var expected = new TreeSet<String>();
        keys.forEach(key -> expected.add(key.equals("a") ? "a." : key.equals("a/b") ? "a/b." : key));
        assertEquals(List.copyOf(expected), keys("", "", 100));
    }

    @Test
    void listTakesPrefixMarkerAndLimit() throws Exception {
        for (int i = 0; i < 25; i++) {
            put("chunks/" + i / 10 + "/" + i, "x");
            put("other/" + i, "x");
        }
        var whole = new TreeSet<String>();
        for (int i = 0; i < 25; i++) {
            whole.add("chunks/" + i / 10 + "/" + i);
        }
        for (int limit : new int[] {1, 7, 25, 26}) {
            assertEquals(List.copyOf(whole), paged("chunks/", limit), "in pages of " + limit);
        }
        assertEquals(List.copyOf(whole.subSet("chunks/1", "chunks/2")), paged("chunks/1", 3));
        assertEquals(List.of("other/0", "other/1"), keys("o", "chunks/2/24", 2));
        assertEquals(List.of("chunks/2/24"), keys("chunks/", "chunks/2/23", 10));
        assertTrue(keys("chunks/", "other", 10).isEmpty());
        assertTrue(keys("none", "", 10).isEmpty());
        assertTrue(keys("none/at/all", "", 10).isEmpty());
    }

    @Test
    void listTellsSizes() throws Exception {
        put("s/1", "12345");
        assertEquals(stored(5), store.list("s/", "", 10).objects().getFirst().size());
    }

    @Test
    void syncTakesWhatWasPut() throws Exception {
        put("x/y/z", "1");
        put("x/w", "2");
        store.sync(List.of("x/y/z", "x/w"));
        store.sync(List.of());
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            put("many/" + i, "1");
            many.add("many/" + i);
        }
        store.sync(many);
        store.syncAll();
        assertEquals("1", read("x/y/z", 0, 1));
    }

    @Test
    void anInterruptedCallSaysThatItMayBeTriedAgain() throws Exception {
        put("i", "x");
        Thread.currentThread().interrupt();
        try {
            var failure = assertThrows(ObjectStoreException.class, () -> read("i", 0, 1));
            assertEquals(Kind.TRANSIENT, failure.kind());
        } finally {
            assertTrue(Thread.interrupted(), "the flag stays set");
        }
        assertEquals("x", read("i", 0, 1));
    }

    @Test
    void aReaderSeesOldOrNewNeverAMixture() throws Exception {
        int size = 100_000;
        byte[][] contents = {new byte[size], new byte[size]};
        java.util.Arrays.fill(contents[1], (byte) 1);
        store.put("m", MemorySegment.ofArray(contents[0]));
        var isDone = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writer = threads.submit(() -> {
                for (int i = 0; i < 200; i++) {
                    store.put("m", MemorySegment.ofArray(contents[i % 2]));
                }
                isDone.set(true);
                return true;
            });
            byte[] seen = new byte[size];
            do {
                assertEquals(size, store.read("m", 0, MemorySegment.ofArray(seen)));
                assertArrayEquals(contents[seen[0]], seen);
            } while (!isDone.get() && !writer.isDone());
            writer.get();
        }
    }

    @Test
    void manyThreadsPutBesideEachOther() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> puts = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String key = "p/" + i % 20 + "/" + i;
                puts.add(threads.submit(() -> {
                    put(key, key);
                    return key;
                }));
            }
            for (Future<?> put : puts) {
                put.get();
            }
        }
        List<String> all = keys("p/", "", 1000);
        assertEquals(200, all.size());
        for (String key : all) {
            assertEquals(key, read(key, 0, 100));
        }
    }

    @Test
    void theDescriptionIsNotEmpty() {
        assertFalse(store.describe().isBlank());
    }

    protected final void put(String key, String content) throws ObjectStoreException {
        store.put(key, MemorySegment.ofArray(content.getBytes(StandardCharsets.UTF_8)));
    }

    protected final String read(String key, long offset, int length) throws ObjectStoreException {
        byte[] target = new byte[length];
        int count = (int) store.read(key, offset, MemorySegment.ofArray(target));
        return new String(target, 0, count, StandardCharsets.UTF_8);
    }

    protected final List<String> keys(String prefix, String after, int limit) throws ObjectStoreException {
        return store.list(prefix, after, limit).objects().stream()
                .map(ObjectInfo::key)
                .toList();
    }

    private List<String> paged(String prefix, int limit) throws ObjectStoreException {
        List<String> all = new ArrayList<>();
        String after = "";
        while (true) {
            ObjectPage page = store.list(prefix, after, limit);
            assertTrue(page.objects().size() <= limit);
            page.objects().forEach(info -> all.add(info.key()));
            if (page.isLast()) {
                return all;
            }
            assertEquals(limit, page.objects().size(), "only the last page is short");
            after = page.objects().getLast().key();
        }
    }
}
