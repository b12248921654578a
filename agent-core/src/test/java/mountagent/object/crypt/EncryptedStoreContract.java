package mountagent.object.crypt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import mountagent.base.Clock;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreContract;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.Test;

/// What holds for an encrypted store with either cipher.
abstract class EncryptedStoreContract extends ObjectStoreContract {
    private static final int PLAIN_MAX = 5_000_000;

    final FaultyStore below = new FaultyStore(new MemoryStore(Clock.SYSTEM));

    abstract DataCipher cipher();

    @Override
    protected ObjectStore open() {
        return new EncryptedStore(below, Keys.cipher(cipher()), PLAIN_MAX, 3);
    }

    @Override
    protected long stored(long length) {
        return length + 287;
    }

    @Test
    void nothingPlainIsStored() throws Exception {
        put("k", "a secret text");
        String stored = new String(raw("k"), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertFalse(stored.contains("secret"), stored);
    }

    @Test
    void itIsNeverLocalSincePartsCostAsMuchAsTheWhole() {
        assertTrue(below.isLocal());
        assertFalse(store.isLocal());
    }

    @Test
    void aDamagedObjectIsNamedAndOthersAreNotTouched() throws Exception {
        put("bad", "0123456789");
        put("good", "0123456789");
        byte[] changed = raw("bad");
        changed[changed.length - 20] ^= 1;
        below.put("bad", MemorySegment.ofArray(changed));
        for (long offset : new long[] {0, 3, 99}) {
            var failure = assertThrows(ObjectStoreException.class, () -> read("bad", offset, 4));
            assertEquals(Kind.INVALID, failure.kind());
            assertTrue(message(failure).startsWith("object bad in faulty memory:// is damaged: "), message(failure));
        }
        below.put("bad", MemorySegment.ofArray(Arrays.copyOf(changed, 100)));
        assertEquals(
                Kind.INVALID,
                assertThrows(ObjectStoreException.class, () -> read("bad", 0, 4))
                        .kind());
        assertEquals("0123456789", read("good", 0, 100));
    }

    @Test
    void anObjectThatIsNotEncryptedIsRefused() throws Exception {
        below.put("plain", MemorySegment.ofArray(new byte[1000]));
        var failure = assertThrows(ObjectStoreException.class, () -> read("plain", 0, 4));
        assertTrue(message(failure).contains("is not encrypted"), message(failure));
    }

    @Test
    void aReadIsOneRequestAndTakesNoMoreThanItsOwnMemory() throws Exception {
        put("k", "0123456789");
        assertEquals("345", read("k", 3, 3));
        assertEquals(1, below.calls(Operation.READ));
        assertEquals(0, below.calls(Operation.HEAD));
    }

    @Test
    void anObjectLongerThanAnyBlockIsNotReadIntoMemory() throws Exception {
        below.put("huge", MemorySegment.ofArray(new byte[PLAIN_MAX + 288]));
        var failure = assertThrows(ObjectStoreException.class, () -> read("huge", 0, 4));
        assertEquals(Kind.INVALID, failure.kind());
        assertTrue(message(failure).contains("more than " + (PLAIN_MAX + 287) + " bytes"), message(failure));
    }

    @Test
    void aLongBodySuchAsABackupIsStoredWhole() throws Exception {
        byte[] content = new byte[3 * PLAIN_MAX + 17];
        new Random(5).nextBytes(content);
        store.put("meta/dump", MemorySegment.ofArray(content));
        assertEquals(
                content.length + 287L, store.head("meta/dump").orElseThrow().size());
        var roomy = new EncryptedStore(below, Keys.cipher(cipher()), content.length, 1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(content.length);
            assertEquals(content.length, roomy.read("meta/dump", 0, target));
            assertEquals(-1, target.mismatch(MemorySegment.ofArray(content)));
        }
    }

    @Test
    void memoryIsGivenBackAfterFailures() throws Exception {
        put("k", "x");
        below.put("bad", MemorySegment.ofArray(new byte[300]));
        for (int i = 0; i < 10; i++) {
            assertThrows(ObjectStoreException.class, () -> read("bad", 0, 1));
            assertThrows(ObjectStoreException.class, () -> read("missing", 0, 1));
            below.failNth(Operation.PUT, 1, Kind.FULL);
            assertThrows(ObjectStoreException.class, () -> put("k2", "y"));
            below.heal();
        }
        assertEquals("x", read("k", 0, 9));
    }

    @Test
    void whatOthersDoWithObjectsPassesThrough() throws Exception {
        put("a/1", "x");
        store.sync(List.of("a/1"));
        store.syncAll();
        assertEquals(2, below.calls(Operation.SYNC));
        assertTrue(store.listUnfinished("", "", 10).isLast());
        assertEquals(below.describe(), store.describe());
        store.close();
        assertTrue(below.isClosed());
    }

    private byte[] raw(String key) throws ObjectStoreException {
        byte[] bytes = new byte[(int) below.head(key).orElseThrow().size()];
        assertEquals(bytes.length, below.read(key, 0, MemorySegment.ofArray(bytes)));
        return MemorySegment.ofArray(bytes).toArray(ValueLayout.JAVA_BYTE);
    }

    private static String message(Exception failure) {
        return String.valueOf(failure.getMessage());
    }
}
