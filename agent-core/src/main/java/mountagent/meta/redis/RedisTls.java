package mountagent.meta.redis;

import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// How to talk to a server over TLS: whom to believe, and who we are. Files are PEM.
///
/// Without `authority` the JDK's own authorities are believed. A certificate is `FULL`y checked, name included, unless
/// `verify` says otherwise. `serverName` is the name to ask for and to expect instead of the host in the URL.
public record RedisTls(
        Verify verify,
        @Nullable String serverName,
        @Nullable Path authority,
        @Nullable Path certificate,
        @Nullable Path key) {
    /// How much of a server's certificate is checked.
    public enum Verify {
        FULL,
        /// Nothing: whoever sits in between can read and change all.
        NOTHING
    }

    private static final List<String> OTHER_KEYS =
            List.of("BEGIN RSA PRIVATE KEY", "BEGIN EC PRIVATE KEY", "BEGIN ENCRYPTED PRIVATE KEY");

    SslVerifyMode verifyMode() {
        return switch (verify) {
            case FULL -> SslVerifyMode.FULL;
            case NOTHING -> SslVerifyMode.NONE;
        };
    }

    /// The options for Lettuce, with a time limit for the handshake. EINVAL names the file that cannot be used.
    SslOptions toLettuce(Duration timeout) throws FsException {
        SslOptions.Builder builder = SslOptions.builder().jdkSslProvider().handshakeTimeout(timeout);
        Path authorities = authority;
        if (authorities != null) {
            readable("tls-ca-cert-file", authorities);
            builder.trustManager(authorities.toFile());
        }
        Path own = certificate;
        Path ownKey = key;
        if (own != null && ownKey != null) {
            readable("tls-cert-file", own);
            checkKey(ownKey);
            builder.keyManager(own.toFile(), ownKey.toFile(), null);
        }
        String name = serverName;
        if (name != null) {
            builder.sslParameters(() -> named(name));
        }
        return builder.build();
    }

    /// What makes the engines of connections.
    Engines engines(Duration timeout) throws FsException {
        SslOptions options = toLettuce(timeout);
        SslContextBuilder builder = contextBuilder(options);
        if (verify == Verify.NOTHING) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        }
        try {
            return new Engines(builder.build(), this);
        } catch (SSLException e) {
            throw unusable(e);
        }
    }

    /// Makes the engine of each connection. Thread-safe.
    record Engines(SslContext context, RedisTls tls) {
        SSLEngine engine(RedisAddress address) {
            SSLEngine engine = context.newEngine(UnpooledByteBufAllocator.DEFAULT, address.host(), address.port());
            String name = tls.serverName;
            SSLParameters parameters = name == null ? new SSLParameters() : named(name);
            if (tls.verify == Verify.FULL) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            engine.setSSLParameters(parameters);
            return engine;
        }
    }

    private SslContextBuilder contextBuilder(SslOptions options) throws FsException {
        try {
            return options.createSslContextBuilder();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw unusable(e);
        }
    }

    private FsException unusable(Exception cause) {
        return new FsException(
                Errno.EINVAL,
                "the TLS files cannot be used (tls-ca-cert-file " + authority + ", tls-cert-file " + certificate
                        + ", tls-key-file " + key + "): " + cause.getMessage(),
                cause);
    }

    private static SSLParameters named(String name) {
        SSLParameters parameters = new SSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        return parameters;
    }

    private static String readable(String parameter, Path file) throws FsException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new FsException(Errno.EINVAL, parameter + " '" + file + "' cannot be read", e);
        }
    }

    private static void checkKey(Path file) throws FsException {
        String text = readable("tls-key-file", file);
        for (String header : OTHER_KEYS) {
            if (text.contains(header)) {
                throw new FsException(
                        Errno.EINVAL,
                        "tls-key-file '" + file + "' must be a plain PKCS#8 key (BEGIN PRIVATE KEY): convert it with"
                                + " openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW");
            }
        }
    }
}
