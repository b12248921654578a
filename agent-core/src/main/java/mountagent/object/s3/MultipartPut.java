package mountagent.object.s3;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mountagent.base.Sizes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;

/// A put in parts, of what is too large for one request and its time limit: backups of the metadata; blocks never are.
///
/// The object appears with the last request, whole. When a part fails the upload is ended and the failure is the put's;
/// what a process leaves that dies is found by listings of what is unfinished.
final class MultipartPut {
    /// Larger objects are put in parts.
    static final long SINGLE_MAX_BYTES = 64L * Sizes.MIB;

    private static final Logger log = LoggerFactory.getLogger(MultipartPut.class);

    private static final long PART_LEAST_BYTES = 32L * Sizes.MIB;
    /// Servers take 10,000.
    private static final int PARTS_MAX = 9_000;

    private final S3Client client;
    private final String bucket;
    private final AwsRequestOverrideConfiguration limits;

    MultipartPut(S3Client client, String bucket, AwsRequestOverrideConfiguration limits) {
        this.client = client;
        this.bucket = bucket;
        this.limits = limits;
    }

    void run(String key, MemorySegment body, Map<String, String> metadata, String storageClass) {
        var create = CreateMultipartUploadRequest.builder()
                .bucket(bucket)
                .key(key)
                .metadata(metadata)
                .overrideConfiguration(limits);
        if (!storageClass.isEmpty()) {
            create.storageClass(storageClass);
        }
        String upload = client.createMultipartUpload(create.build()).uploadId();
        boolean isDone = false;
        try {
            complete(key, upload, parts(key, upload, body));
            isDone = true;
        } finally {
            if (!isDone) {
                abort(key, upload);
            }
        }
    }

    private List<CompletedPart> parts(String key, String upload, MemorySegment body) {
        long size = Math.max(PART_LEAST_BYTES, Math.ceilDiv(body.byteSize(), PARTS_MAX));
        List<CompletedPart> parts = new ArrayList<>();
        for (long offset = 0; offset < body.byteSize(); offset += size) {
            int number = parts.size() + 1;
            MemorySegment part = body.asSlice(offset, Math.min(size, body.byteSize() - offset));
            var answer = client.uploadPart(
                    request -> request.bucket(bucket)
                            .key(key)
                            .uploadId(upload)
                            .partNumber(number)
                            .overrideConfiguration(limits),
                    SegmentInput.body(part));
            parts.add(CompletedPart.builder()
                    .partNumber(number)
                    .eTag(answer.eTag())
                    .build());
        }
        return parts;
    }

    private void complete(String key, String upload, List<CompletedPart> parts) {
        var _ = client.completeMultipartUpload(request -> request.bucket(bucket)
                .key(key)
                .uploadId(upload)
                .multipartUpload(all -> all.parts(parts))
                .overrideConfiguration(limits));
    }

    /// Ends an upload; one that is not there is no failure.
    private void abort(String key, String upload) {
        try {
            var _ = client.abortMultipartUpload(
                    request -> request.bucket(bucket).key(key).uploadId(upload).overrideConfiguration(limits));
        } catch (SdkException e) {
            log.warn("a part of {} stays behind until gc finds it: {}", key, e.getMessage());
        }
    }
}
