package mountagent.object.s3;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/// Objects in a bucket of an S3 store.
///
/// What a put stored is durable on answer, so there is nothing to sync. Every call is given up after the time of
/// [S3Options], with kind TRANSIENT. Thread-safe; a call that is interrupted while the network is silent ends at the
/// latest with its time limit.
public final class S3Store implements ObjectStore {
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final int NOT_FOUND = 404;

    private final S3Options options;
    private final S3Connection connection;
    private final S3Client client;
    private final S3Location location;
    private final S3Failures failures;
    private final S3Listing listing;
    private final AwsRequestOverrideConfiguration getLimit;
    private final AwsRequestOverrideConfiguration putLimit;
    private final SinglePut singlePut;

    private S3Store(S3Options options, S3Connection connection) {
        this.options = options;
        this.connection = connection;
        this.client = connection.client();
        this.location = connection.location();
        this.failures = new S3Failures(location, options);
        this.listing = new S3Listing(connection, options);
        this.getLimit = AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(options.getTimeout())
                .build();
        this.putLimit = AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(options.putTimeout())
                .build();
        this.singlePut = new SinglePut(client, location, options, putLimit);
    }

    /// The bucket that `options` describe, of which nothing is asked yet, except its region where nobody told it. Kind
    /// INVALID when a file or a proxy they name cannot be used.
    public static S3Store open(S3Options options) throws ObjectStoreException {
        return new S3Store(options, S3Connection.open(options));
    }

    /// Makes the bucket if it is not there. One that this user may not look at is left to be tried out. Kind INVALID or
    /// DENIED when it cannot be made, with what to do then.
    public void createBucket() throws ObjectStoreException {
        if (isBucketThere()) {
            return;
        }
        try {
            call(
                    "make bucket",
                    location.bucket(),
                    () -> client.createBucket(request -> {
                        request.bucket(location.bucket()).overrideConfiguration(putLimit);
                        if (location.isOnAws() && !location.region().equals("us-east-1")) {
                            request.createBucketConfiguration(where -> where.locationConstraint(location.region()));
                        }
                    }));
        } catch (ObjectStoreException e) {
            String code = e.getCause() instanceof AwsServiceException answer ? S3Failures.code(answer) : "";
            if (!code.equals("BucketAlreadyOwnedByYou") && !code.equals("BucketAlreadyExists")) {
                throw new ObjectStoreException(
                        e.kind(), e.getMessage() + "; make it by other means, then format again", e);
            }
        }
    }

    private boolean isBucketThere() throws ObjectStoreException {
        try {
            var _ = client.headBucket(
                    request -> request.bucket(location.bucket()).overrideConfiguration(getLimit));
            return true;
        } catch (AwsServiceException e) {
            if (e.statusCode() == NOT_FOUND) {
                return false;
            }
            ObjectStoreException failure = failures.of("look at bucket", location.bucket(), e);
            if (failure.kind() == Kind.DENIED && S3Failures.code(e).isEmpty()) {
                return true;
            }
            throw failure;
        } catch (SdkException e) {
            throw failures.of("look at bucket", location.bucket(), e);
        }
    }

    @Override
    public void put(String key, MemorySegment body) throws ObjectStoreException {
        Checksum checksum = location.switches().keepsChecksums() ? Checksum.of(body) : null;
        call("put", key, () -> {
            if (body.byteSize() > MultipartPut.SINGLE_MAX_BYTES) {
                Map<String, String> metadata = checksum == null ? Map.of() : Map.of(Checksum.NAME, checksum.decimal());
                new MultipartPut(client, location.bucket(), putLimit).run(key, body, metadata, options.storageClass());
            } else {
                singlePut.run(key, body, checksum);
            }
            return key;
        });
    }

    @Override
    public long read(String key, long offset, MemorySegment target) throws ObjectStoreException {
        if (target.byteSize() == 0) {
            if (head(key).isEmpty()) {
                throw missing(key);
            }
            return 0;
        }
        var request = GetObjectRequest.builder()
                .bucket(location.bucket())
                .key(key)
                .range("bytes=" + offset + "-" + (offset + target.byteSize() - 1))
                .overrideConfiguration(getLimit)
                .build();
        return call("read", key, () -> {
            try {
                return client.getObject(request, new BodyReader(offset, target));
            } catch (AwsServiceException e) {
                if (e.statusCode() == RANGE_NOT_SATISFIABLE) {
                    return 0L;
                }
                throw e;
            }
        });
    }

    @Override
    public void delete(String key) throws ObjectStoreException {
        if (UploadName.isOne(key)) {
            abort(UploadName.parse(key));
            return;
        }
        try {
            call(
                    "delete",
                    key,
                    () -> client.deleteObject(request ->
                            request.bucket(location.bucket()).key(key).overrideConfiguration(putLimit)));
        } catch (ObjectStoreException e) {
            ignoreMissing(e);
        }
    }

    private void abort(UploadName upload) throws ObjectStoreException {
        try {
            call(
                    "delete",
                    upload.name(),
                    () -> client.abortMultipartUpload(request -> request.bucket(location.bucket())
                            .key(upload.key())
                            .uploadId(upload.id())
                            .overrideConfiguration(putLimit)));
        } catch (ObjectStoreException e) {
            ignoreMissing(e);
        }
    }

    private static void ignoreMissing(ObjectStoreException failure) throws ObjectStoreException {
        if (failure.kind() != Kind.MISSING) {
            throw failure;
        }
    }

    @Override
    public Optional<ObjectInfo> head(String key) throws ObjectStoreException {
        try {
            HeadObjectResponse found = call(
                    "look at",
                    key,
                    () -> client.headObject(request ->
                            request.bucket(location.bucket()).key(key).overrideConfiguration(getLimit)));
            return Optional.of(S3Listing.info(location, key, found.contentLength(), found.lastModified()));
        } catch (ObjectStoreException e) {
            ignoreMissing(e);
            // The answer to a HEAD has no body to say that the bucket itself is missing.
            if (!isBucketThere()) {
                throw new ObjectStoreException(Kind.INVALID, "cannot look at " + key + ": " + failures.noBucket(), e);
            }
            return Optional.empty();
        }
    }

    @Override
    public ObjectPage list(String prefix, String after, int limit) throws ObjectStoreException {
        return call("list", prefix, () -> listing.objects(prefix, after, limit));
    }

    /// Uploads in parts that have not ended, under names of their own; their sizes are not known and shown as 0. A
    /// server that knows no such listing has none to show.
    @Override
    public ObjectPage listUnfinished(String prefix, String after, int limit) throws ObjectStoreException {
        return call("list uploads of", prefix, () -> {
            try {
                return listing.uploads(prefix, after, limit);
            } catch (AwsServiceException e) {
                if (S3Failures.isNotImplemented(e)) {
                    return new ObjectPage(List.of(), true);
                }
                throw e;
            }
        });
    }

    @Override
    public void sync(Collection<String> keys) {
        // Durable on answer.
    }

    @Override
    public void syncAll() {
        // Durable on answer.
    }

    @Override
    public boolean isLocal() {
        return false;
    }

    @Override
    public String describe() {
        return location.describe();
    }

    @Override
    public void close() {
        connection.close();
    }

    @FunctionalInterface
    private interface Call<T> {
        T run() throws ObjectStoreException;
    }

    private <T> T call(String action, String key, Call<T> request) throws ObjectStoreException {
        if (Thread.currentThread().isInterrupted()) {
            throw new ObjectStoreException(Kind.TRANSIENT, "cannot " + action + " " + key + ": interrupted");
        }
        try {
            return request.run();
        } catch (SdkException e) {
            throw failures.of(action, key, e);
        } catch (IllegalStateException | RejectedExecutionException e) {
            // What the SDK's parts say when they are used after, or while, the store is closed.
            throw new ObjectStoreException(
                    Kind.TRANSIENT, "cannot " + action + " " + key + ": " + location.describe() + " was closed", e);
        }
    }

    private ObjectStoreException missing(String key) {
        return new ObjectStoreException(
                Kind.MISSING, "cannot read " + key + ": there is no such object in " + location.describe());
    }
}
