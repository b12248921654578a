package mountagent.object.s3;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/// Puts an object in one request. Thread-safe.
///
/// Over TLS a body goes out as it is. Over plain HTTP something has to tell the server whether it came undamaged: its
/// CRC-32C, which is made anyway, if the server knows that header and says so in its answer; the body is then not
/// signed
/// ([UnsignedBodies]). A server that does not, or that refuses such a put, gets bodies signed by their SHA-256, the one
/// at hand first.
final class SinglePut {
    private static final Logger log = LoggerFactory.getLogger(SinglePut.class);

    /// How bodies are guarded on their way.
    private enum Guard {
        /// By the checksum, of which it is not known yet whether the server looks at it.
        UNPROVEN,
        /// By the checksum, which the server has confirmed.
        CHECKSUM,
        /// By what the SDK does.
        SDK
    }

    private static final int BAD_REQUEST = 400;
    private static final int SERVER_ERROR = 500;

    private final S3Client client;
    private final S3Options options;
    private final String bucket;
    private final AwsRequestOverrideConfiguration limits;
    private volatile Guard guard;

    SinglePut(S3Client client, S3Location location, S3Options options, AwsRequestOverrideConfiguration limits) {
        this.client = client;
        this.options = options;
        this.bucket = location.bucket();
        this.limits = limits;
        this.guard = "http".equals(location.endpoint().getScheme()) ? Guard.UNPROVEN : Guard.SDK;
    }

    /// Stores `body`, with `checksum` in its metadata if there is one.
    void run(String key, MemorySegment body, @Nullable Checksum checksum) {
        Guard now = guard;
        if (checksum == null || now == Guard.SDK) {
            put(request(key, checksum), body);
        } else if (isConfirmed(key, body, checksum, now)) {
            guard = Guard.CHECKSUM;
        } else {
            put(request(key, checksum), body);
            guard = Guard.SDK;
        }
    }

    private boolean isConfirmed(String key, MemorySegment body, Checksum checksum, Guard now) {
        var request = request(key, checksum).checksumCRC32C(checksum.base64());
        try {
            boolean isConfirmed = checksum.base64().equals(put(request, body).checksumCRC32C());
            if (!isConfirmed) {
                log.info("the server does not confirm {}: bodies are signed instead", Checksum.HEADER);
            }
            return isConfirmed;
        } catch (AwsServiceException e) {
            if (now == Guard.CHECKSUM || !isRefusal(e)) {
                throw e;
            }
            log.debug("{} may not be taken: {} is put again, signed", Checksum.HEADER, key, e);
            return false;
        }
    }

    private static boolean isRefusal(AwsServiceException failure) {
        return failure.statusCode() >= BAD_REQUEST && failure.statusCode() < SERVER_ERROR
                || S3Failures.isNotImplemented(failure);
    }

    private PutObjectRequest.Builder request(String key, @Nullable Checksum checksum) {
        var request = PutObjectRequest.builder().bucket(bucket).key(key).overrideConfiguration(limits);
        if (checksum != null) {
            request.metadata(Map.of(Checksum.NAME, checksum.decimal()));
        }
        if (!options.storageClass().isEmpty()) {
            request.storageClass(options.storageClass());
        }
        return request;
    }

    private PutObjectResponse put(PutObjectRequest.Builder request, MemorySegment body) {
        return client.putObject(request.build(), SegmentInput.body(body));
    }
}
