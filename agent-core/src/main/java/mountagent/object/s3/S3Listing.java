package mountagent.object.s3;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/// Listings put together from the server's pages.
///
/// What a server tells is checked: one whose pages overlap, go back, or break off without saying how to go on would
/// show
/// too few objects, which is never to be taken for the truth.
final class S3Listing {
    /// What a server sends at most.
    private static final int SERVER_PAGE = 1000;

    private final S3Client client;
    private final S3Location location;
    private final S3Options options;

    S3Listing(S3Connection connection, S3Options options) {
        this.client = connection.client();
        this.location = connection.location();
        this.options = options;
    }

    ObjectPage objects(String prefix, String after, int limit) throws ObjectStoreException {
        List<ObjectInfo> found = new ArrayList<>();
        String last = after;
        String token = null;
        while (true) {
            ListObjectsV2Response page = client.listObjectsV2(request(prefix, after, token, limit - found.size()));
            for (S3Object object : page.contents()) {
                checkOrder(prefix, last, object.key());
                last = object.key();
                found.add(info(location, last, object.size(), object.lastModified()));
            }
            if (!Boolean.TRUE.equals(page.isTruncated())) {
                return new ObjectPage(found, true);
            }
            if (found.size() >= limit) {
                return new ObjectPage(found, false);
            }
            token = next(prefix, token, page.nextContinuationToken());
        }
    }

    /// What a server said of an object. One without a size or a time may not be taken for one that is old or empty.
    static ObjectInfo info(S3Location location, String key, @Nullable Long size, @Nullable Instant modified)
            throws ObjectStoreException {
        if (size == null || modified == null) {
            throw new ObjectStoreException(
                    Kind.INVALID, location.describe() + " did not say how large and how old " + key + " is");
        }
        return new ObjectInfo(key, size, modified);
    }

    private ListObjectsV2Request request(String prefix, String after, @Nullable String token, int limit) {
        var request = ListObjectsV2Request.builder()
                .bucket(location.bucket())
                .prefix(prefix)
                .maxKeys(Math.min(SERVER_PAGE, limit))
                .overrideConfiguration(limits -> limits.apiCallTimeout(options.getTimeout()));
        if (token != null) {
            request.continuationToken(token);
        } else if (after.compareTo(prefix) > 0) {
            request.startAfter(after);
        }
        return request.build();
    }

    private void checkOrder(String prefix, String last, String key) throws ObjectStoreException {
        if (!key.startsWith(prefix) || compare(last, key) >= 0) {
            throw broken(prefix, "it shows " + key + " after " + last);
        }
    }

    // as the server orders them
    private static int compare(String one, String other) {
        return Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private String next(String prefix, @Nullable String token, @Nullable String following) throws ObjectStoreException {
        if (following == null || following.isEmpty() || following.equals(token)) {
            throw broken(prefix, "it breaks off without saying how to go on");
        }
        return following;
    }

    private ObjectStoreException broken(String prefix, String why) {
        return new ObjectStoreException(
                Kind.INVALID,
                "cannot list " + prefix + ": the listing of " + location.describe() + " makes no sense: " + why);
    }

    /// Uploads in parts that have not ended, in the server's order: by key, those of one key by age.
    ObjectPage uploads(String prefix, String after, int limit) throws ObjectStoreException {
        List<ObjectInfo> found = new ArrayList<>();
        UploadName marker = UploadName.parse(after);
        while (true) {
            ListMultipartUploadsResponse page =
                    client.listMultipartUploads(uploadsRequest(prefix, marker, limit - found.size()));
            for (MultipartUpload upload : page.uploads()) {
                String name = new UploadName(upload.key(), upload.uploadId()).name();
                found.add(info(location, name, 0L, upload.initiated()));
            }
            if (!Boolean.TRUE.equals(page.isTruncated())) {
                return new ObjectPage(found, true);
            }
            if (found.size() >= limit) {
                return new ObjectPage(found, false);
            }
            marker = following(prefix, marker, page);
        }
    }

    private UploadName following(String prefix, UploadName marker, ListMultipartUploadsResponse page)
            throws ObjectStoreException {
        String key = page.nextKeyMarker();
        String id = page.nextUploadIdMarker();
        var following = new UploadName(key == null ? "" : key, id == null ? "" : id);
        if (following.key().isEmpty() || following.equals(marker)) {
            throw broken(prefix, "it breaks off without saying how to go on");
        }
        return following;
    }

    private ListMultipartUploadsRequest uploadsRequest(String prefix, UploadName marker, int limit) {
        var request = ListMultipartUploadsRequest.builder()
                .bucket(location.bucket())
                .prefix(prefix)
                .maxUploads(Math.min(SERVER_PAGE, limit))
                .overrideConfiguration(limits -> limits.apiCallTimeout(options.getTimeout()));
        if (!marker.key().isEmpty()) {
            request.keyMarker(marker.key());
        }
        if (!marker.id().isEmpty()) {
            request.uploadIdMarker(marker.id());
        }
        return request.build();
    }
}
