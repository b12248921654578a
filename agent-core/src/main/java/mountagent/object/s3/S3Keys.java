package mountagent.object.s3;

import java.time.Duration;
import java.util.Map;
import mountagent.base.Clock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/// Where a store's keys come from: what was given, or the SDK's chain (variables, profiles, container, instance).
///
/// Off the cloud the chain ends at an address that nobody answers, which takes seconds. That is waited for once, and
/// remembered: those who come within the next seconds are told the same at once.
final class S3Keys implements AwsCredentialsProvider, SdkAutoCloseable {
    private static final Duration REMEMBERED = Duration.ofSeconds(10);

    /// There are no keys anywhere.
    static final class NoKeysException extends SdkClientException {
        private static final long serialVersionUID = 1;
        private static final String WAYS = "no keys are given and none were found in AWS_ACCESS_KEY_ID, a profile, the"
                + " container or the instance: give --access-key and --secret-key (access key anonymous for a public"
                + " bucket)";

        NoKeysException(SdkClientException cause) {
            super(SdkClientException.builder().message(WAYS).cause(cause));
        }
    }

    private record Failure(NoKeysException exception, long atNanos) {}

    private final DefaultCredentialsProvider chain;
    private final Clock clock;
    private volatile @Nullable Failure last;

    private S3Keys(DefaultCredentialsProvider chain, Clock clock) {
        this.chain = chain;
        this.clock = clock;
    }

    static AwsCredentialsProvider of(S3Options options) {
        var credentials = complete(options);
        if (credentials.isAnonymous()) {
            return AnonymousCredentialsProvider.create();
        }
        if (credentials.accessKey().isEmpty()) {
            return new S3Keys(DefaultCredentialsProvider.builder().build(), Clock.SYSTEM);
        }
        return StaticCredentialsProvider.create(
                credentials.sessionToken().isEmpty()
                        ? AwsBasicCredentials.create(credentials.accessKey(), credentials.secretKey())
                        : AwsSessionCredentials.create(
                                credentials.accessKey(), credentials.secretKey(), credentials.sessionToken()));
    }

    private static S3Credentials complete(S3Options options) {
        Map<String, String> environment = options.environment();
        boolean isOwn = !options.credentials().accessKey().isEmpty()
                || options.location().dialect() != S3Location.Dialect.MINIO;
        return isOwn
                ? options.credentials()
                : new S3Credentials(
                        environment.getOrDefault("MINIO_ACCESS_KEY", ""),
                        environment.getOrDefault("MINIO_SECRET_KEY", ""),
                        "");
    }

    @Override
    public AwsCredentials resolveCredentials() {
        var known = last;
        if (known != null && clock.nanoTime() - known.atNanos < REMEMBERED.toNanos()) {
            throw known.exception;
        }
        try {
            AwsCredentials found = chain.resolveCredentials();
            last = null;
            return found;
        } catch (SdkClientException e) {
            var failure = new NoKeysException(e);
            last = new Failure(failure, clock.nanoTime());
            throw failure;
        }
    }

    @Override
    public void close() {
        chain.close();
    }
}
