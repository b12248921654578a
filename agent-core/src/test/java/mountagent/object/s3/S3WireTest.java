package mountagent.object.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import mountagent.object.ObjectStoreException;
import mountagent.object.s3.ScriptedServer.Answer;
import mountagent.object.s3.ScriptedServer.Request;
import org.junit.jupiter.api.Test;

/// What goes over the wire, byte for byte where it matters to servers of other makes.
final class S3WireTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final S3Credentials KEYS = new S3Credentials("AKID", "secret", "");

    @Test
    void aPutGoesOutPlainAndAtOnce() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(3).nextBytes(content);
        Request put =
                onlyRequest("", KEYS, "", store -> store.put("v/chunks/0/0/1_0_3", MemorySegment.ofArray(content)));
        assertEquals("PUT /bucket/v/chunks/0/0/1_0_3", put.line());
        assertEquals(Integer.toString(content.length), put.header("content-length"));
        assertArrayEquals(content, put.body());
        assertEquals(
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)),
                put.header("x-amz-content-sha256"));
        assertEquals("application/octet-stream", put.header("content-type"));
        for (String unwanted : new String[] {
            "content-encoding",
            "transfer-encoding",
            "x-amz-trailer",
            "x-amz-decoded-content-length",
            "expect",
            "x-amz-sdk-checksum-algorithm",
            "x-amz-checksum-crc32",
            "x-amz-storage-class",
            "x-amz-security-token"
        }) {
            assertEquals("", put.header(unwanted), unwanted);
        }
        assertTrue(put.header("authorization").startsWith("AWS4-HMAC-SHA256 Credential=AKID/"));
    }

    @Test
    void aPutCarriesTheOfficialChecksumUnlessTheBucketSaysNo() throws Exception {
        byte[] content = "hello world".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Request with = onlyRequest("", KEYS, "", store -> store.put("k", MemorySegment.ofArray(content)));
        assertEquals("3381945770", with.header("x-amz-meta-crc32c"));
        Request without = onlyRequest(
                "?disable-checksum=true", KEYS, "", store -> store.put("k", MemorySegment.ofArray(content)));
        assertEquals("", without.header("x-amz-meta-crc32c"));
    }

    @Test
    void storageClassRegionAndTokenAreSent() throws Exception {
        Request put = onlyRequest(
                "?region=eu-north-9",
                new S3Credentials("AKID", "secret", "the token"),
                "STANDARD_IA",
                store -> store.put("k", MemorySegment.ofArray(new byte[1])));
        assertEquals("STANDARD_IA", put.header("x-amz-storage-class"));
        assertEquals("the token", put.header("x-amz-security-token"));
        assertTrue(put.header("authorization").contains("/eu-north-9/s3/aws4_request"), put.header("authorization"));
    }

    @Test
    void nobodySignsNothing() throws Exception {
        var nobody = new S3Credentials(S3Credentials.ANONYMOUS, "", "");
        Request get = onlyRequest("", nobody, "", store -> store.read("k", 0, MemorySegment.ofArray(new byte[1])));
        assertEquals("", get.header("authorization"));
    }

    @Test
    void aReadAsksForItsRangeOnly() throws Exception {
        Request get = onlyRequest("", KEYS, "", store -> store.read("k", 4096, MemorySegment.ofArray(new byte[100])));
        assertEquals("GET /bucket/k", get.line());
        assertEquals("bytes=4096-4195", get.header("range"));
    }

    @Test
    void virtualHostsAreUsedWhenAskedFor() throws Exception {
        Request delete = throughProxy(Map.of("JFS_S3_VHOST_STYLE", "1"));
        assertEquals("DELETE http://bucket.s3.example.org/k", delete.line());
        assertEquals("bucket.s3.example.org", delete.header("host"));
    }

    @Test
    void aProxyOfTheEnvironmentIsUsed() throws Exception {
        Request delete = throughProxy(Map.of());
        assertEquals("DELETE http://s3.example.org/bucket/k", delete.line());
        assertEquals("s3.example.org", delete.header("host"));
    }

    /// A delete as a proxy sees it, of a store whose host nobody else knows.
    private static Request throughProxy(Map<String, String> environment) throws Exception {
        try (var proxy = ScriptedServer.start(_ -> Answer.of(204, ""))) {
            var location = S3Location.parse("s3", "http://s3.example.org/bucket", environment);
            var proxied = Map.of("HTTP_PROXY", "http://" + proxy.authority());
            try (var store = S3Store.open(new S3Options(location, KEYS, "", LONG, LONG, 4, proxied))) {
                store.delete("k");
            }
            return proxy.requests().getLast();
        }
    }

    @Test
    void connectionsAreUsedAgain() throws Exception {
        try (var server = ScriptedServer.start(_ -> Answer.of(204, ""))) {
            var location = S3Location.parse("s3", "http://" + server.authority() + "/bucket", Map.of());
            try (var store = S3Store.open(options(location, KEYS, ""))) {
                for (int i = 0; i < 5; i++) {
                    store.delete("k" + i);
                }
            }
            assertEquals(5, server.requests().size());
            assertEquals(1, server.connections(), "one connection carries them all");
        }
    }

    private interface Call {
        void on(S3Store store) throws ObjectStoreException;
    }

    private static S3Options options(S3Location location, S3Credentials keys, String storageClass) {
        return new S3Options(location, keys, storageClass, LONG, LONG, 4, Map.of());
    }

    private static Request onlyRequest(String query, S3Credentials keys, String storageClass, Call call)
            throws Exception {
        try (var server = ScriptedServer.start(request -> request.method().equals("GET")
                ? Answer.of(206, "x").with("Content-Range", range(request))
                : Answer.of(200, ""))) {
            var location = S3Location.parse("s3", "http://" + server.authority() + "/bucket" + query, Map.of());
            try (var store = S3Store.open(options(location, keys, storageClass))) {
                call.on(store);
            }
            assertEquals(1, server.requests().size());
            Request request = server.requests().getFirst();
            return request;
        }
    }

    private static String range(Request request) {
        String start = request.header("range").replaceAll("bytes=(\\d+)-.*", "$1");
        return "bytes " + start + "-" + start + "/9999";
    }
}
