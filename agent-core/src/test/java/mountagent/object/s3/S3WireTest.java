package mountagent.object.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import mountagent.object.ObjectStoreException;
import mountagent.object.s3.ScriptedServer.Answer;
import mountagent.object.s3.ScriptedServer.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        assertEquals("UNSIGNED-PAYLOAD", put.header("x-amz-content-sha256"));
        assertEquals(crc32c(content), put.header("x-amz-checksum-crc32c"));
        assertTrue(put.header("authorization").contains("x-amz-checksum-crc32c"), put.header("authorization"));
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
        assertEquals("", without.header("x-amz-checksum-crc32c"));
        assertEquals(sha256(content), without.header("x-amz-content-sha256"));
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    private static String crc32c(byte[] content) {
        var sum = new java.util.zip.CRC32C();
        sum.update(content);
        return java.util.Base64.getEncoder()
                .encodeToString(java.nio.ByteBuffer.allocate(4)
                        .putInt((int) sum.getValue())
                        .array());
    }

    /// As some makes of server do with headers that they do not know.
    @ParameterizedTest
    @CsvSource({
        "400, InvalidArgument",
        "501, NotImplemented",
        "400, XAmzContentSHA256Mismatch",
        "403, SignatureDoesNotMatch"
    })
    void aServerThatRefusesTheChecksumGetsSignedBodies(int status, String code) throws Exception {
        byte[] content = {1, 2, 3};
        try (var server = ScriptedServer.start(
                request -> request.header("x-amz-checksum-crc32c").isEmpty()
                        ? Answer.of(200, "")
                        : Answer.error(status, code, "Unsupported header"))) {
            var location = S3Location.parse("s3", "http://" + server.authority() + "/bucket", Map.of());
            try (var store = S3Store.open(options(location, KEYS, ""))) {
                store.put("first", MemorySegment.ofArray(content));
                store.put("second", MemorySegment.ofArray(content));
            }
            assertEquals(
                    List.of("PUT /bucket/first", "PUT /bucket/first", "PUT /bucket/second"),
                    server.requests().stream().map(Request::line).toList());
            for (Request put : server.requests().subList(1, 3)) {
                assertEquals(sha256(content), put.header("x-amz-content-sha256"));
                assertArrayEquals(content, put.body());
            }
        }
    }

    /// Such a server does not look at it either: what it took is put again.
    @Test
    void aServerThatDoesNotConfirmTheChecksumGetsSignedBodies() throws Exception {
        byte[] content = {1, 2, 3};
        try (var server = ScriptedServer.start(_ -> Answer.of(200, ""))) {
            var location = S3Location.parse("s3", "http://" + server.authority() + "/bucket", Map.of());
            try (var store = S3Store.open(options(location, KEYS, ""))) {
                store.put("first", MemorySegment.ofArray(content));
                store.put("second", MemorySegment.ofArray(content));
            }
            assertEquals(
                    List.of("UNSIGNED-PAYLOAD", sha256(content), sha256(content)),
                    server.requests().stream()
                            .map(put -> put.header("x-amz-content-sha256"))
                            .toList());
        }
    }

    /// A put that fails either way says what the server said, and the next one has the checksum again.
    @Test
    void aRefusalOfSomethingElseIsNotTakenForOneOfTheChecksum() throws Exception {
        try (var server = ScriptedServer.start(request -> request.target().endsWith("bad")
                ? Answer.error(400, "InvalidArgument", "a bad name")
                : confirming(request))) {
            var location = S3Location.parse("s3", "http://" + server.authority() + "/bucket", Map.of());
            try (var store = S3Store.open(options(location, KEYS, ""))) {
                var failure = assertThrows(
                        ObjectStoreException.class, () -> store.put("bad", MemorySegment.ofArray(new byte[1])));
                assertEquals(ObjectStoreException.Kind.INVALID, failure.kind());
                assertTrue(failure.getMessage().contains("a bad name"), failure.getMessage());
                store.put("good", MemorySegment.ofArray(new byte[1]));
                store.put("better", MemorySegment.ofArray(new byte[1]));
                assertThrows(ObjectStoreException.class, () -> store.put("bad", MemorySegment.ofArray(new byte[1])));
            }
            assertEquals(
                    List.of("bad", "bad", "good", "better", "bad"),
                    server.requests().stream()
                            .map(put -> put.target().replace("/bucket/", ""))
                            .toList());
            assertEquals("UNSIGNED-PAYLOAD", server.requests().getLast().header("x-amz-content-sha256"));
        }
    }

    private static Answer confirming(Request put) {
        return Answer.of(200, "").with("x-amz-checksum-crc32c", put.header("x-amz-checksum-crc32c"));
    }

    /// A body that came damaged: nothing is stored, and it may be sent again.
    @Test
    void aMismatchPasses() throws Exception {
        try (var server = ScriptedServer.start(request -> request.target().endsWith("damaged")
                ? Answer.error(400, "BadDigest", "The CRC32C you specified did not match")
                : confirming(request))) {
            var location = S3Location.parse("s3", "http://" + server.authority() + "/bucket", Map.of());
            try (var store = S3Store.open(options(location, KEYS, ""))) {
                store.put("k", MemorySegment.ofArray(new byte[1]));
                var failure = assertThrows(
                        ObjectStoreException.class, () -> store.put("damaged", MemorySegment.ofArray(new byte[1])));
                assertEquals(ObjectStoreException.Kind.TRANSIENT, failure.kind());
            }
            assertEquals(2, server.requests().size());
        }
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
                : confirming(request))) {
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
