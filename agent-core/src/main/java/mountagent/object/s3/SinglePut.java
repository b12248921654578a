package mountagent.object.s3;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/// Puts an object in one request. Thread-safe.
///
/// Over TLS a body goes out as it is. Over plain HTTP it has the CRC-32C with it, which is made anyway: a server that
/// knows the header keeps no body that came otherwise, and the body is not signed ([UnsignedBodies]). A server that
/// refuses the header gets bodies signed by their SHA-256 from then on.
final class SinglePut {
    private static final Logger log = LoggerFactory.getLogger(SinglePut.class);

    private static final int BAD_REQUEST = 400;
    private static final Set<String> UNKNOWN_HEADER_CODES = Set.of("InvalidArgument", "InvalidRequest");

    private final S3Client client;
    private final S3Options options;
    private final String bucket;
    private final AwsRequestOverrideConfiguration limits;
    private volatile boolean tellsChecksum;

    SinglePut(S3Client client, S3Location location, S3Options options, AwsRequestOverrideConfiguration limits) {
        this.client = client;
        this.options = options;
        this.bucket = location.bucket();
        this.limits = limits;
        this.tellsChecksum = "http".equals(location.endpoint().getScheme());
    }

    /// Stores `body`, with `checksum` in its metadata if there is one.
    void run(String key, MemorySegment body, @Nullable Checksum checksum) {
        if (checksum == null || !tellsChecksum) {
            put(key, body, checksum, false);
            return;
        }
        try {
            put(key, body, checksum, true);
        } catch (AwsServiceException e) {
            if (!mayRefuseHeader(e)) {
                throw e;
            }
            put(key, body, checksum, false);
            tellsChecksum = false;
            log.info("the server does not take {} ({}): bodies are signed instead", Checksum.HEADER, e.getMessage());
        }
    }

    private static boolean mayRefuseHeader(AwsServiceException failure) {
        return S3Failures.isNotImplemented(failure)
                || failure.statusCode() == BAD_REQUEST && UNKNOWN_HEADER_CODES.contains(S3Failures.code(failure));
    }

    private void put(String key, MemorySegment body, @Nullable Checksum checksum, boolean isTold) {
        var request = PutObjectRequest.builder().bucket(bucket).key(key).overrideConfiguration(limits);
        if (checksum != null) {
            request.metadata(Map.of(Checksum.NAME, checksum.decimal()));
        }
        if (checksum != null && isTold) {
            request.checksumCRC32C(checksum.base64());
        }
        if (!options.storageClass().isEmpty()) {
            request.storageClass(options.storageClass());
        }
        var _ = client.putObject(request.build(), SegmentInput.body(body));
    }
}
