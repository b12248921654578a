package mountagent.object.s3;

import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;

/// Signs requests as the SDK does, but for the body of one that has a checksum of its own: its headers are signed, that
/// checksum among them, and it goes out as `UNSIGNED-PAYLOAD`. The SDK itself has that over TLS only: over plain HTTP
/// it hashes by SHA-256, a third of what a stream of puts cost the mount, and the server does so again.
final class UnsignedBodies implements AwsV4AuthScheme, AwsV4HttpSigner {
    private final AwsV4AuthScheme scheme = AwsV4AuthScheme.create();

    @Override
    public String schemeId() {
        return scheme.schemeId();
    }

    @Override
    public IdentityProvider<AwsCredentialsIdentity> identityProvider(IdentityProviders providers) {
        return scheme.identityProvider(providers);
    }

    @Override
    public AwsV4HttpSigner signer() {
        return this;
    }

    @Override
    public SignedRequest sign(SignRequest<? extends AwsCredentialsIdentity> request) {
        ContentStreamProvider body = request.payload().orElse(null);
        if (body == null
                || request.request().firstMatchingHeader(Checksum.HEADER).isEmpty()) {
            return scheme.signer().sign(request);
        }
        return scheme.signer().sign(withoutBody(request)).toBuilder()
                .payload(body)
                .build();
    }

    private static <T extends AwsCredentialsIdentity> SignRequest<T> withoutBody(SignRequest<T> request) {
        return request.copy(copy -> copy.payload(null).putProperty(PAYLOAD_SIGNING_ENABLED, false));
    }

    @Override
    public CompletableFuture<AsyncSignedRequest> signAsync(AsyncSignRequest<? extends AwsCredentialsIdentity> request) {
        return scheme.signer().signAsync(request);
    }
}
