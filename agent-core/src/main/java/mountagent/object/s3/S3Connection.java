package mountagent.object.s3;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import mountagent.base.Threads;
import mountagent.object.ObjectStoreException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkGlobalTime;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.utils.AttributeMap;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/// The SDK's client with everything below it, set up for stores of anybody's make.
///
/// Bodies go out plain and at once: no `aws-chunked`, no trailing checksum, no `100-continue`, which others than AWS
/// refuse or store (libraries.md, "Traps: S3"). Nothing is tried twice here: [mountagent.object.RetryingStore] does
/// that,
/// and counts. Connections are kept for a minute.
record S3Connection(
        S3Location location,
        S3Client client,
        SdkHttpClient http,
        AwsCredentialsProvider keys,
        ScheduledThreadPoolExecutor timer)
        implements AutoCloseable {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final Duration IDLE_MAX = Duration.ofSeconds(60);

    static S3Connection open(S3Options options) throws ObjectStoreException {
        // What the SDK thinks of this machine's clock, since some other server sent a wrong time, is not for this one.
        SdkGlobalTime.setGlobalTimeOffset(0);
        SdkHttpClient http = http(options);
        S3Location location = options.location();
        if (location.addressing() == S3Location.Addressing.VIRTUAL_HOST_ANY_REGION) {
            location = location.in(RegionSearch.of(location, http, options.getTimeout()));
        }
        var timer = new ScheduledThreadPoolExecutor(1, Threads.platform("s3-timer-"));
        timer.setRemoveOnCancelPolicy(true);
        AwsCredentialsProvider keys = S3Keys.of(options);
        return new S3Connection(location, client(location, keys, http, timer), http, keys, timer);
    }

    static S3Client client(
            S3Location location,
            AwsCredentialsProvider keys,
            SdkHttpClient http,
            @Nullable ScheduledThreadPoolExecutor timer) {
        return S3Client.builder()
                .httpClient(http)
                .credentialsProvider(keys)
                .putAuthScheme(new UnsignedBodies())
                .region(Region.of(location.region()))
                .endpointOverride(location.endpoint())
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(location.addressing() == S3Location.Addressing.PATH)
                        .chunkedEncodingEnabled(false)
                        .expectContinueEnabled(false)
                        .build())
                .overrideConfiguration(overrides(timer))
                .build();
    }

    private static ClientOverrideConfiguration overrides(@Nullable ScheduledThreadPoolExecutor timer) {
        var overrides = ClientOverrideConfiguration.builder().retryStrategy(AwsRetryStrategy.doNotRetry());
        return timer == null
                ? overrides.build()
                : overrides.scheduledExecutorService(timer).build();
    }

    private static SdkHttpClient http(S3Options options) throws ObjectStoreException {
        S3Switches switches = options.location().switches();
        Duration longest = longer(options.getTimeout(), options.putTimeout());
        var http = Apache5HttpClient.builder()
                .maxConnections(options.connectionsMax())
                .connectionTimeout(shorter(CONNECT_MAX, longest))
                .connectionAcquisitionTimeout(longest)
                .socketTimeout(longest)
                .connectionMaxIdleTime(IDLE_MAX)
                .tcpKeepAlive(true)
                .expectContinueEnabled(false)
                .proxyConfiguration(
                        HttpProxy.of(options.environment(), options.location().endpoint()));
        Path trusted = switches.trusted();
        if (trusted != null) {
            var managers = PemFiles.trusting(trusted);
            http.tlsTrustManagersProvider(() -> managers);
        }
        if (switches.hasCertificate()) {
            var managers = PemFiles.showing(Path.of(switches.certificate()), Path.of(switches.key()));
            http.tlsKeyManagersProvider(() -> managers);
        }
        return switches.trustsAnybody()
                ? http.buildWithDefaults(AttributeMap.builder()
                        .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true)
                        .build())
                : http.build();
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /// Ends requests that are under way.
    @Override
    public void close() {
        client.close();
        http.close();
        timer.shutdownNow();
        if (keys instanceof SdkAutoCloseable chain) {
            chain.close();
        }
    }
}
