package mountagent.object.s3;

import java.security.cert.CertificateException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import mountagent.base.Clock;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/// What went wrong, in words that name the store and the way out, and whether trying again may help. No words of a
/// secret: keys other than the access key appear in no message of a server.
final class S3Failures {
    private static final Set<String> FULL_CODES =
            Set.of("QuotaExceeded", "QuotaExceededException", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded");
    private static final Set<String> TRANSIENT_CODES = Set.of(
            "SlowDown",
            "Throttling",
            "ThrottlingException",
            "RequestTimeout",
            "RequestTimeoutException",
            "OperationAborted",
            "InternalError",
            "ServiceUnavailable",
            "RequestLimitExceeded",
            "XAmzContentSHA256Mismatch",
            "XAmzContentChecksumMismatch",
            "BadDigest",
            "IncompleteBody");
    private static final Set<String> TOKEN_CODES = Set.of("ExpiredToken", "InvalidToken", "TokenRefreshRequired");
    private static final Set<String> REGION_CODES = Set.of(
            "PermanentRedirect",
            "TemporaryRedirect",
            "Redirect",
            "AuthorizationHeaderMalformed",
            "IllegalLocationConstraintException",
            "InvalidLocationConstraint",
            "IncorrectEndpoint");
    private static final String SKEWED = "RequestTimeTooSkewed";
    private static final Duration SKEW_MAX = Duration.ofMinutes(15);

    private static final int NOT_FOUND = 404;
    private static final int FORBIDDEN = 403;
    private static final int UNAUTHORIZED = 401;
    private static final int REDIRECTED = 300;
    private static final int CLIENT_ERROR = 400;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int STORAGE_FULL = 507;

    private final S3Location location;
    private final S3Options options;

    S3Failures(S3Location location, S3Options options) {
        this.location = location;
        this.options = options;
    }

    /// The failure of `action` ("put") on `key`.
    ObjectStoreException of(String action, String key, SdkException failure) {
        String what = "cannot " + action + (key.isEmpty() ? "" : " " + key) + ": ";
        return failure instanceof AwsServiceException answered && answered.statusCode() > 0
                ? ofAnswer(what, answered)
                : ofSilence(what, failure);
    }

    /// Whether the server does not know the request at all.
    static boolean isNotImplemented(AwsServiceException failure) {
        return failure.statusCode() == NOT_IMPLEMENTED || "NotImplemented".equals(code(failure));
    }

    /// The error's name, empty when the answer has none, as those to HEAD have.
    static String code(AwsServiceException failure) {
        AwsErrorDetails details = failure.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    /// The region that a server says the bucket is in, empty when it says nothing.
    static String region(AwsServiceException failure) {
        return header(failure, "x-amz-bucket-region").orElse("");
    }

    private ObjectStoreException ofAnswer(String what, AwsServiceException failure) {
        int status = failure.statusCode();
        String code = code(failure);
        if (REGION_CODES.contains(code)
                || status >= REDIRECTED && status < CLIENT_ERROR
                || status == CLIENT_ERROR
                        && !region(failure).isEmpty()
                        && !region(failure).equals(location.region())) {
            return refused(Kind.INVALID, what + elsewhere(failure), failure);
        }
        if (status == NOT_FOUND) {
            return code.equals("NoSuchBucket")
                    ? refused(Kind.INVALID, what + noBucket(), failure)
                    : refused(Kind.MISSING, what + "there is no such object in " + location.describe(), failure);
        }
        if (FULL_CODES.contains(code) || status == STORAGE_FULL) {
            return refused(Kind.FULL, what + location.describe() + " is full (" + told(failure) + ")", failure);
        }
        if (code.equals(SKEWED) && clockDifference(failure).abs().compareTo(SKEW_MAX) < 0) {
            // The SDK had believed a wrong time that a server sent, and believes the right one from now on.
            return new ObjectStoreException(Kind.TRANSIENT, what + told(failure), failure);
        }
        if (status == FORBIDDEN || status == UNAUTHORIZED || TOKEN_CODES.contains(code)) {
            return refused(Kind.DENIED, what + denied(failure), failure);
        }
        boolean isPassing = TRANSIENT_CODES.contains(code)
                || status == TOO_MANY
                || status >= SERVER_ERROR && !isNotImplemented(failure);
        String message = what + location.describe() + " answered " + told(failure);
        return isPassing
                ? new ObjectStoreException(Kind.TRANSIENT, message, failure, retryAfter(failure))
                : refused(Kind.INVALID, message, failure);
    }

    private static ObjectStoreException refused(Kind kind, String message, SdkException failure) {
        return new ObjectStoreException(kind, message, failure);
    }

    String noBucket() {
        return "bucket " + location.bucket() + " does not exist at " + location.endpoint()
                + ": correct --bucket, or make the bucket";
    }

    private String elsewhere(AwsServiceException failure) {
        String region = region(failure);
        String place = region.isEmpty() ? "elsewhere (" + told(failure) + ")" : "in region " + region;
        String way = region.isEmpty() || !location.isOnAws()
                ? "give its own address by --bucket, or its region by AWS_REGION"
                : "give --bucket https://" + location.bucket() + ".s3." + region + ".amazonaws.com";
        return "bucket " + location.bucket() + " is " + place + ", not in " + location.region() + " at "
                + location.endpoint() + ": " + way;
    }

    private String denied(AwsServiceException failure) {
        String code = code(failure);
        Duration behind = clockDifference(failure);
        if (code.equals(SKEWED) || behind.abs().compareTo(SKEW_MAX) > 0) {
            return "the clock of this machine is " + words(behind.abs())
                    + (behind.isNegative() ? " behind" : " ahead of") + " that of " + location.endpoint()
                    + ": set it, best by NTP";
        }
        String who = options.credentials().accessKey().isEmpty()
                ? "the keys found in the environment"
                : "access key " + options.credentials().accessKey();
        return switch (code) {
            case "InvalidAccessKeyId" ->
                location.describe() + " does not know " + who + " (" + told(failure) + "): correct --access-key";
            case "SignatureDoesNotMatch" ->
                location.describe() + " does not accept the secret key of " + who + " (" + code
                        + "): correct --secret-key";
            case "ExpiredToken", "InvalidToken", "TokenRefreshRequired" ->
                location.describe() + " does not accept the session token of " + who + " (" + told(failure)
                        + "): get new keys and give them by --access-key, --secret-key and --session-token";
            default ->
                location.describe() + " refuses " + who + " (" + told(failure)
                        + "): use other keys, or let its owner grant them reading, writing, deleting and listing";
        };
    }

    /// How far this machine's clock is ahead of the server's.
    private static Duration clockDifference(AwsServiceException failure) {
        Optional<String> date = header(failure, "Date");
        if (date.isEmpty()) {
            return Duration.ZERO;
        }
        try {
            Instant theirs = ZonedDateTime.parse(date.get(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Duration.between(
                    theirs, Instant.ofEpochSecond(Clock.SYSTEM.now().seconds()));
        } catch (DateTimeException _) {
            return Duration.ZERO; // a server without a clock
        }
    }

    private static String words(Duration time) {
        return time.compareTo(Duration.ofHours(2)) > 0
                ? time.toHours() + " h " + time.toMinutesPart() + " min"
                : time.toMinutes() + " min " + time.toSecondsPart() + " s";
    }

    private static Duration retryAfter(AwsServiceException failure) {
        String seconds = header(failure, "Retry-After").orElse("");
        return seconds.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(seconds)) : Duration.ZERO;
    }

    private static Optional<String> header(AwsServiceException failure, String name) {
        AwsErrorDetails details = failure.awsErrorDetails();
        return details == null || details.sdkHttpResponse() == null
                ? Optional.empty()
                : details.sdkHttpResponse().firstMatchingHeader(name);
    }

    /// The server's own words.
    private static String told(AwsServiceException failure) {
        AwsErrorDetails details = failure.awsErrorDetails();
        String message = details == null || details.errorMessage() == null ? "" : details.errorMessage();
        String code = code(failure);
        String named = code.isEmpty() || code.equals(message) ? "" : " " + code;
        return failure.statusCode() + named + (message.isEmpty() ? "" : ": " + message.strip());
    }

    private ObjectStoreException ofSilence(String what, SdkException failure) {
        if (failure instanceof AbortedException) {
            // The flag is how those above learn of it.
            Thread.currentThread().interrupt();
            return new ObjectStoreException(Kind.TRANSIENT, what + "interrupted", failure);
        }
        if (failure instanceof ApiCallTimeoutException || failure instanceof ApiCallAttemptTimeoutException) {
            return new ObjectStoreException(
                    Kind.TRANSIENT, what + location.describe() + " did not answer in time", failure);
        }
        var noCredentials = cause(failure, S3Keys.NoKeysException.class);
        if (noCredentials != null) {
            return new ObjectStoreException(Kind.DENIED, what + noCredentials.getMessage(), failure);
        }
        if (cause(failure, CertificateException.class) != null
                || cause(failure, SSLPeerUnverifiedException.class) != null) {
            return new ObjectStoreException(
                    Kind.INVALID,
                    what + "the certificate of " + location.endpoint() + " is not trusted (" + deepest(failure)
                            + "): add ?ca-certs=FILE to --bucket",
                    failure);
        }
        return new ObjectStoreException(Kind.TRANSIENT, what + location.describe() + ": " + deepest(failure), failure);
    }

    private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> kind) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (kind.isInstance(at)) {
                return kind.cast(at);
            }
        }
        return null;
    }

    private static String deepest(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        String message = at.getMessage();
        return message == null || message.isBlank() ? at.getClass().getSimpleName() : message;
    }
}
