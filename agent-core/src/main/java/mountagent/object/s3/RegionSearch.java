package mountagent.object.s3;

import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.HeadBucketResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Finds the region of a bucket that is only named: AWS tells it to anybody, in whatever it answers.
final class RegionSearch {
    private static final Logger log = LoggerFactory.getLogger(RegionSearch.class);

    private RegionSearch() {}

    /// The region of `location`'s bucket as the server at its endpoint has it; `location`'s own when it tells none.
    static String of(S3Location location, SdkHttpClient http, Duration timeout) {
        String found = "";
        try (var client = S3Connection.client(location, AnonymousCredentialsProvider.create(), http, null)) {
            HeadBucketResponse answer = client.headBucket(request ->
                    request.bucket(location.bucket()).overrideConfiguration(limits -> limits.apiCallTimeout(timeout)));
            found = header(answer.sdkHttpResponse()).orElse("");
        } catch (S3Exception e) {
            found = S3Failures.region(e);
        } catch (SdkException e) {
            log.debug("cannot ask for the region of bucket {}: {}", location.bucket(), e.getMessage());
        }
        return found.isEmpty() ? location.region() : found;
    }

    private static Optional<String> header(SdkHttpResponse answer) {
        return answer.firstMatchingHeader("x-amz-bucket-region");
    }
}
