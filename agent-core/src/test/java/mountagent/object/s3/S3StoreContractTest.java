package mountagent.object.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import mountagent.base.Clock;
import mountagent.base.Sizes;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreContract;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.RetryingStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The driver against a real server, with repeats as it is always used: this server sends the metadata of one put with
/// the bytes of another while an object is replaced, which the driver finds by the checksum.
final class S3StoreContractTest extends ObjectStoreContract {
    @RegisterExtension
    static final S3Proxy SERVER = new S3Proxy();

    private String bucketUrl = "";

    @Override
    protected ObjectStore open() throws ObjectStoreException {
        bucketUrl = SERVER.newBucketUrl();
        var opened = S3Proxy.open(bucketUrl, S3Proxy.KEYS);
        opened.createBucket();
        return new RetryingStore(opened, RetryingStore.Policy.DEFAULT, Clock.SYSTEM, new Random(5));
    }

    @Test
    void itSaysWhereItIs() {
        assertEquals("s3://" + bucketUrl.substring("http://".length()) + "/", store.describe());
        assertFalse(store.isLocal());
    }

    @Test
    void aBucketIsMadeOnceAndFoundThen() throws Exception {
        put("k", "x");
        try (var again = S3Proxy.open(bucketUrl, S3Proxy.KEYS)) {
            again.createBucket();
        }
        assertEquals("x", read("k", 0, 9));
    }

    @Test
    void aBucketThatIsMissingIsNamed() throws Exception {
        String missing = SERVER.newBucketUrl();
        String name = missing.substring(missing.lastIndexOf('/') + 1);
        try (var none = S3Proxy.open(missing, S3Proxy.KEYS)) {
            for (var call : List.<Call>of(
                    () -> none.put("k", MemorySegment.ofArray(new byte[1])),
                    () -> none.read("k", 0, MemorySegment.ofArray(new byte[1])),
                    () -> none.head("k"),
                    () -> none.list("", "", 10))) {
                var failure = assertThrows(ObjectStoreException.class, call::run);
                assertEquals(Kind.INVALID, failure.kind(), failure::getMessage);
                assertTrue(
                        String.valueOf(failure.getMessage())
                                .contains("bucket " + name + " does not exist at " + SERVER.url()
                                        + ": correct --bucket, or make the bucket"),
                        failure::getMessage);
            }
        }
    }

    @Test
    void keysThatAreWrongAreNamedWithoutTheirSecrets() throws Exception {
        var wrong = List.of(
                new S3Credentials("nobody", "some secret", ""),
                new S3Credentials(S3Proxy.KEYS.accessKey(), "some secret", ""));
        for (S3Credentials keys : wrong) {
            try (var refused = S3Proxy.open(bucketUrl, keys)) {
                var failure = assertThrows(
                        ObjectStoreException.class, () -> refused.put("k", MemorySegment.ofArray(new byte[1])));
                assertEquals(Kind.DENIED, failure.kind(), failure::getMessage);
                String message = String.valueOf(failure.getMessage());
                assertTrue(message.contains("access key " + keys.accessKey()), message);
                assertTrue(message.contains("correct --"), message);
                assertFalse(message.contains("secret of") || message.contains("some secret"), message);
            }
        }
    }

    @Test
    void aPutInPartsGivesOneObject() throws Exception {
        byte[] content = new byte[(int) MultipartPut.SINGLE_MAX_BYTES + 12_345];
        new Random(2).nextBytes(content);
        store.put("meta/dump", MemorySegment.ofArray(content));
        assertEquals(content.length, store.head("meta/dump").orElseThrow().size());
        var target = MemorySegment.ofArray(new byte[content.length]);
        assertEquals(content.length, store.read("meta/dump", 0, target));
        assertEquals(-1, target.mismatch(MemorySegment.ofArray(content)));
        assertTrue(store.listUnfinished("", "", 10).objects().isEmpty());
    }

    @Test
    void bodiesAreNeverOnTheHeapAsAWhole() throws Exception {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().threadId();
        try (var arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(16 * Sizes.MIB);
            block.set(ValueLayout.JAVA_BYTE, 5, (byte) 5);
            MemorySegment target = arena.allocate(block.byteSize());
            store.put("warm", block.asSlice(0, 1));
            store.read("warm", 0, target.asSlice(0, 1));
            long before = threads.getThreadAllocatedBytes(self);
            store.put("block", block);
            long put = threads.getThreadAllocatedBytes(self);
            assertEquals(block.byteSize(), store.read("block", 0, target));
            long read = threads.getThreadAllocatedBytes(self);
            assertEquals(-1, block.mismatch(target));
            assertTrue(put - before < Sizes.MIB, "put took " + (put - before) + " bytes");
            assertTrue(read - put < Sizes.MIB, "read took " + (read - put) + " bytes");
        }
    }

    @Test
    void aPutInPartsThatNobodyEndedIsFoundAndDeletedWithoutItsObject() throws Exception {
        put("meta/dump", "whole");
        try (var connection = S3Connection.open(S3Proxy.options(bucketUrl, S3Proxy.KEYS))) {
            for (String key : List.of("meta/dump", "meta/dump", "meta/other")) {
                connection
                        .client()
                        .createMultipartUpload(request ->
                                request.bucket(connection.location().bucket()).key(key));
            }
        }
        assertEquals(List.of("meta/dump"), keys("", "", 10), "they are no objects");
        var found = store.listUnfinished("meta/", "", 10);
        assertEquals(3, found.objects().size(), found::toString);
        for (var each : found.objects()) {
            assertTrue(each.key().startsWith("meta/") && each.key().contains("?uploadId="), each.key());
            store.delete(each.key());
        }
        store.delete(found.objects().getFirst().key());
        assertTrue(store.listUnfinished("", "", 10).objects().isEmpty());
        assertEquals("whole", read("meta/dump", 0, 9));
    }

    private interface Call {
        void run() throws ObjectStoreException;
    }
}
