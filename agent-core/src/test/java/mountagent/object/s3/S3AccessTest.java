package mountagent.object.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.s3.S3Location.Addressing;
import mountagent.object.s3.ScriptedServer.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;

/// How a store finds its keys, its region, its proxy; and a put in parts that does not come to its end.
final class S3AccessTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String METADATA_SERVICE = "aws.ec2MetadataServiceEndpoint";
    private static final List<String> OTHER_SOURCES =
            List.of("aws.sharedCredentialsFile", "aws.configFile", METADATA_SERVICE);

    @AfterEach
    void forgetTheMetadataService() {
        OTHER_SOURCES.forEach(System::clearProperty);
    }

    private static S3Options options(ScriptedServer server, S3Credentials keys, Map<String, String> environment)
            throws ObjectStoreException {
        var location = S3Location.parse("minio", "http://" + server.authority() + "/bucket", environment);
        return new S3Options(location, keys, "", LONG, LONG, 4, environment);
    }

    private static ObjectStoreException failure(S3Store store) {
        return assertThrows(ObjectStoreException.class, () -> store.read("k", 0, MemorySegment.ofArray(new byte[1])));
    }

    @Test
    void withoutKeysOffTheCloudTheWaysOutAreToldInSeconds() throws Exception {
        try (var silent = ScriptedServer.start(_ -> ScriptedServer.SILENCE);
                var server = ScriptedServer.start(_ -> Answer.of(200, ""))) {
            System.setProperty("aws.sharedCredentialsFile", "/nonexistent");
            System.setProperty("aws.configFile", "/nonexistent");
            System.setProperty(METADATA_SERVICE, "http://" + silent.authority());
            try (var store = S3Store.open(options(server, S3Credentials.NONE, Map.of()))) {
                long start = System.nanoTime();
                var first = failure(store);
                assertEquals(Kind.DENIED, first.kind());
                assertTrue(
                        String.valueOf(first.getMessage()).contains("give --access-key and --secret-key"),
                        first::getMessage);
                int asked = silent.requests().size();
                for (int i = 0; i < 20; i++) {
                    assertEquals(Kind.DENIED, failure(store).kind());
                }
                assertTrue(System.nanoTime() - start < Duration.ofSeconds(15).toNanos(), "it hangs");
                assertEquals(asked, silent.requests().size(), "what was not found is not looked for at each request");
                assertEquals(List.of(), server.requests());
            }
        }
    }

    @Test
    void theInstanceIsAskedForKeys() throws Exception {
        String keys =
                "{\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"INSTANCE\",\"SecretAccessKey\":\"s\","
                        + "\"Token\":\"the token\",\"Expiration\":\"2099-01-01T00:00:00Z\"}";
        try (var instance = ScriptedServer.start(request -> switch (request.target()) {
                    case "/latest/api/token" -> Answer.of(200, "session");
                    case "/latest/meta-data/iam/security-credentials/" -> Answer.of(200, "role");
                    default -> request.target().endsWith("/role") ? Answer.of(200, keys) : Answer.of(404, "");
                });
                var server = ScriptedServer.start(_ -> Answer.of(204, ""))) {
            System.setProperty("aws.sharedCredentialsFile", "/nonexistent");
            System.setProperty("aws.configFile", "/nonexistent");
            System.setProperty(METADATA_SERVICE, "http://" + instance.authority());
            try (var store = S3Store.open(options(server, S3Credentials.NONE, Map.of()))) {
                store.delete("k");
            }
            var request = server.requests().getFirst();
            assertTrue(request.header("authorization").contains("Credential=INSTANCE/"), request::toString);
            assertEquals("the token", request.header("x-amz-security-token"));
        }
    }

    @Test
    void minioTakesItsKeysFromItsOwnVariables() throws Exception {
        try (var server = ScriptedServer.start(_ -> Answer.of(204, ""))) {
            var environment = Map.of("MINIO_ACCESS_KEY", "FROM-ENV", "MINIO_SECRET_KEY", "s");
            try (var store = S3Store.open(options(server, S3Credentials.NONE, environment))) {
                store.delete("k");
            }
            assertTrue(server.requests().getFirst().header("authorization").contains("Credential=FROM-ENV/"));
        }
    }

    @Test
    void theRegionOfABucketThatIsOnlyNamedIsAskedFor() throws Exception {
        for (int status : new int[] {200, 301, 403}) {
            try (var aws = ScriptedServer.start(_ -> Answer.of(status, "").with("x-amz-bucket-region", "ap-south-2"));
                    var http = Apache5HttpClient.create()) {
                assertEquals("ap-south-2", RegionSearch.of(named(aws), http, LONG), "status " + status);
                assertEquals("", aws.requests().getFirst().header("authorization"), "nothing is signed for it");
            }
        }
        try (var other = ScriptedServer.start(_ -> Answer.of(404, ""));
                var http = Apache5HttpClient.create()) {
            assertEquals("us-east-1", RegionSearch.of(named(other), http, LONG));
        }
    }

    private static S3Location named(ScriptedServer server) throws ObjectStoreException {
        var parsed = S3Location.parse("s3", "http://" + server.authority() + "/bucket", Map.of());
        assertEquals(Addressing.PATH, parsed.addressing());
        return parsed;
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "https://s3.example.org, HTTPS_PROXY=http://proxy:3128, http://proxy:3128",
                "https://s3.example.org, https_proxy=proxy:3128, http://proxy:3128",
                "https://s3.example.org, HTTPS_PROXY=https://proxy, https://proxy:443",
                "https://s3.example.org, HTTP_PROXY=http://proxy:3128, -",
                "http://s3.example.org, HTTP_PROXY=http://proxy:3128, http://proxy:3128",
                "http://127.0.0.1:9000, HTTP_PROXY=http://proxy:3128, -",
                "http://localhost:9000, HTTP_PROXY=http://proxy:3128, -",
                "http://s3.example.org, HTTP_PROXY=http://proxy:3128;NO_PROXY=*, -",
                "http://s3.example.org, HTTP_PROXY=http://proxy:3128;NO_PROXY=a.org|example.org, -",
                "http://s3.example.org, HTTP_PROXY=http://proxy:3128;no_proxy=.example.org, -",
                "http://s3.example.org, HTTP_PROXY=http://proxy:3128;NO_PROXY=s3.example.org, -",
                "http://s3.example.org, HTTP_PROXY=http://proxy:3128;NO_PROXY=ample.org, http://proxy:3128",
                "http://10.1.2.3:9000, HTTP_PROXY=http://proxy:3128;NO_PROXY=10.0.0.0/8, -",
                "http://11.1.2.3:9000, HTTP_PROXY=http://proxy:3128;NO_PROXY=10.0.0.0/8|a.org, http://proxy:3128",
                "http://[2001:db8::7]:9000, HTTP_PROXY=http://proxy:3128;NO_PROXY=2001:db8::/32, -",
                "http://s3.example.org, HTTP_PROXY=http://proxy:3128;NO_PROXY=10.0.0.0/8|1/2/3, http://proxy:3128",
            })
    void proxiesAreThoseOfTheEnvironment(
            String endpoint, String variables, @org.jspecify.annotations.Nullable String expected) throws Exception {
        var environment = new java.util.HashMap<String, String>();
        for (String variable : variables.replace('|', ',').split(";")) {
            environment.put(variable.split("=", 2)[0], variable.split("=", 2)[1]);
        }
        var proxy = HttpProxy.of(environment, URI.create(endpoint));
        assertEquals(
                expected, proxy.host() == null ? null : proxy.scheme() + "://" + proxy.host() + ":" + proxy.port());
    }

    @Test
    void aProxyThatMakesNoSenseIsRefusedWithoutItsPassword() {
        var environment = Map.of("HTTPS_PROXY", "http://user:hidden@pro xy:1");
        var failure = assertThrows(
                ObjectStoreException.class, () -> HttpProxy.of(environment, URI.create("https://s3.example.org")));
        assertEquals("HTTPS_PROXY is no address of a proxy: set it to http://HOST:PORT", failure.getMessage());
    }

    @Test
    void aPutInPartsThatFailsIsEnded() throws Exception {
        try (var server = ScriptedServer.start(request -> switch (request.method()) {
            case "POST" ->
                Answer.of(
                        200,
                        "<InitiateMultipartUploadResult><UploadId>u1</UploadId>" + "</InitiateMultipartUploadResult>");
            case "PUT" ->
                request.target().contains("partNumber=2")
                        ? Answer.error(503, "SlowDown", "later")
                        : Answer.of(200, "").with("ETag", "\"e\"");
            default -> Answer.of(204, "");
        })) {
            var keys = new S3Credentials("AKID", "secret", "");
            try (var store = S3Store.open(options(server, keys, Map.of()))) {
                var failure = assertThrows(
                        ObjectStoreException.class,
                        () -> store.put(
                                "big", MemorySegment.ofArray(new byte[(int) MultipartPut.SINGLE_MAX_BYTES + 1])));
                assertEquals(Kind.TRANSIENT, failure.kind());
            }
            var last = server.requests().getLast();
            assertEquals("DELETE /bucket/big?uploadId=u1", last.line());
            assertFalse(
                    server.requests().stream().anyMatch(each -> each.line().startsWith("POST /bucket/big?uploadId")));
        }
    }
}
