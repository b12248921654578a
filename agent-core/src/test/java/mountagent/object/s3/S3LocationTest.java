package mountagent.object.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.s3.S3Location.Addressing;
import org.junit.jupiter.api.Test;

/// The forms of `--bucket` (reference: cli.md §8).
final class S3LocationTest {
    @Test
    void amazonsFormsNameBucketAndRegion() throws Exception {
        for (String form : new String[] {
            "https://my-bucket.s3.eu-west-1.amazonaws.com",
            "https://my-bucket.s3-eu-west-1.amazonaws.com/",
            "https://s3.eu-west-1.amazonaws.com/my-bucket",
            "https://s3-eu-west-1.amazonaws.com/my-bucket/",
            "my-bucket.s3.eu-west-1.amazonaws.com",
            "s3.eu-west-1.amazonaws.com/my-bucket"
        }) {
            assertEquals(
                    "my-bucket in eu-west-1 at https://s3.eu-west-1.amazonaws.com by VIRTUAL_HOST",
                    shown("s3", form),
                    form);
        }
        assertEquals(
                "b.with.dots in cn-north-1 at https://s3.cn-north-1.amazonaws.com.cn by VIRTUAL_HOST",
                shown("s3", "https://b.with.dots.s3.cn-north-1.amazonaws.com.cn"));
        assertEquals(
                "bkt in us-east-1 at https://s3.us-east-1.amazonaws.com by VIRTUAL_HOST",
                shown("s3", "https://bkt.s3.amazonaws.com"));
        assertEquals(
                "bucket in us-east-1 at https://vpce-1a.s3.us-east-1.vpce.amazonaws.com by PATH",
                shown("s3", "https://bucket.vpce-1a.s3.us-east-1.vpce.amazonaws.com"));
    }

    @Test
    void aBucketThatIsOnlyNamedIsOnAmazonInARegionToBeFound() throws Exception {
        assertEquals(
                "my-bucket in us-east-1 at https://s3.us-east-1.amazonaws.com by VIRTUAL_HOST_ANY_REGION",
                shown("s3", "my-bucket"));
        assertEquals(
                "s3://my-bucket/", S3Location.parse("s3", "my-bucket", Map.of()).describe());
    }

    @Test
    void otherServersAreUsedByPathUnlessVirtualHostsAreAskedFor() throws Exception {
        assertEquals(
                "bucket in us-east-1 at https://s3.example.org by PATH", shown("s3", "https://s3.example.org/bucket"));
        assertEquals(
                "bucket in us-east-1 at https://s3.example.org by PATH", shown("s3", "https://bucket.s3.example.org"));
        assertEquals(
                "bucket in us-east-1 at http://s3.example.org:8080 by PATH",
                shown("s3", "bucket.s3.example.org:8080"),
                "without a scheme it is http, as with the official client");
        assertEquals(
                "bucket in us-east-1 at http://127.0.0.1:9000 by PATH", shown("S3", "http://127.0.0.1:9000/bucket"));
        assertEquals("bucket in us-east-1 at http://host:9000 by PATH", shown("s3", "host:9000/bucket"));
        var hosted = S3Location.parse("s3", "https://bucket.s3.example.org", Map.of("JFS_S3_VHOST_STYLE", "true"));
        assertEquals(Addressing.VIRTUAL_HOST, hosted.addressing());
        assertEquals("s3://s3.example.org/bucket/", hosted.describe());
    }

    @Test
    void minioIsAHostWithABucketInItsPath() throws Exception {
        assertEquals("bucket in us-east-1 at http://host:9000 by PATH", shown("minio", "http://host:9000/bucket"));
        assertEquals("bucket in us-east-1 at http://host:9000 by PATH", shown("minio", "host:9000/bucket/"));
        assertEquals("bucket in here at https://host by PATH", shown("minio", "https://host/bucket?region=here"));
        assertEquals(
                "there",
                S3Location.parse("minio", "http://host/bucket", Map.of("MINIO_REGION", "there"))
                        .region());
        assertEquals(
                "minio://host:9000/bucket/",
                S3Location.parse("minio", "http://host:9000/bucket", Map.of()).describe());
    }

    @Test
    void theRegionIsTheBucketsThenTheEnvironments() throws Exception {
        var both = Map.of("AWS_REGION", "one", "AWS_DEFAULT_REGION", "two");
        assertEquals("one", S3Location.parse("s3", "https://e.org/b-1", both).region());
        assertEquals(
                "two",
                S3Location.parse("s3", "https://e.org/b-1", Map.of("AWS_DEFAULT_REGION", "two"))
                        .region());
        assertEquals(
                "eu-west-1",
                S3Location.parse("s3", "https://b-1.s3.eu-west-1.amazonaws.com", both)
                        .region());
    }

    @Test
    void whatMakesNoSenseIsRefusedWithTheValueAndTheForms() {
        assertRefused(
                "s3", "https://127.0.0.1:9000", "\"https://127.0.0.1:9000\" names no bucket; give https://BUCKET.s3");
        assertRefused("s3", "https://localhost", "names no bucket");
        assertRefused("s3", "https://s3.eu-west-1.amazonaws.com", "names no bucket");
        assertRefused("s3", "https://s3.example.org/bucket/folder", "has more than a bucket in its path");
        assertRefused("s3", "https://b.s3.eu-west-1.amazonaws.com/b2", "in its host and another one in its path");
        assertRefused("s3", "https://bucket.ec2.amazonaws.com", "names a host of AWS in no form that is known");
        assertRefused("s3", "ftp://s3.example.org/bucket", "is not an address of S3");
        assertRefused("s3", "https://s3.example.org/b ucket", "is no URL");
        assertRefused("s3", "https://s3.example.org/-", "names bucket \"-\", which no bucket can be called");
        assertRefused("s3", "", "is no URL");
        assertRefused("minio", "http://host:9000", "names no bucket; give http://HOST:9000/BUCKET");
        assertRefused("minio", "http://host:9000/", "names no bucket");
        assertRefused(
                "s3",
                "https://h.org/b-1?tls-skip=1",
                "has parameter \"tls-skip\", which is not known; known are ca-certs");
        assertRefused("s3", "https://h.org/b-1?ssl-cert=/c.pem", "ssl-cert and ssl-key belong together");
    }

    @Test
    void keysInTheUrlAreRefusedAndNotShown() {
        for (String form : new String[] {"https://AKID:hidden@h.org/bucket", "https://AKID:hid den@h.org/bucket"}) {
            var failure = assertThrows(ObjectStoreException.class, () -> S3Location.parse("s3", form, Map.of()));
            String message = String.valueOf(failure.getMessage());
            assertFalse(message.contains("hid"), message);
            assertFalse(String.valueOf(failure.getCause()).contains("hid"), () -> "" + failure.getCause());
        }
    }

    private static void assertRefused(String storage, String bucket, String why) {
        var failure = assertThrows(ObjectStoreException.class, () -> S3Location.parse(storage, bucket, Map.of()));
        assertEquals(Kind.INVALID, failure.kind());
        String message = String.valueOf(failure.getMessage());
        assertTrue(message.startsWith("--bucket \"" + bucket + "\"") && message.contains(why), message);
    }

    private static String shown(String storage, String bucket) throws ObjectStoreException {
        var found = S3Location.parse(storage, bucket, Map.of());
        return found.bucket() + " in " + found.region() + " at " + found.endpoint() + " by " + found.addressing();
    }
}
