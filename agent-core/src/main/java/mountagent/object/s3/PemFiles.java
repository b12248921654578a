package mountagent.object.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;

/// Certificates and keys from the files that `ca-certs`, `ssl-cert` and `ssl-key` name.
final class PemFiles {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private PemFiles() {}

    /// Trusts the certificates in `file`, and no other.
    static TrustManager[] trusting(Path file) throws ObjectStoreException {
        try {
            KeyStore store = empty();
            for (Certificate certificate : certificates(file)) {
                store.setCertificateEntry("ca" + store.size(), certificate);
            }
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw failure("ca-certs", file, e);
        }
    }

    /// Shows the certificate in `certificate`, whose key is in `key`.
    static KeyManager[] showing(Path certificate, Path key) throws ObjectStoreException {
        Certificate[] chain;
        try {
            chain = certificates(certificate).toArray(Certificate[]::new);
        } catch (GeneralSecurityException | IOException e) {
            throw failure("ssl-cert", certificate, e);
        }
        try {
            KeyStore store = empty();
            store.setKeyEntry("client", key(key), new char[0], chain);
            var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw failure("ssl-key", key, e);
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static List<Certificate> certificates(Path file) throws GeneralSecurityException, IOException {
        var found = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
        if (found.isEmpty()) {
            throw new GeneralSecurityException("it holds no certificate");
        }
        return List.copyOf(found);
    }

    private static PrivateKey key(Path file) throws GeneralSecurityException, IOException {
        Matcher pem = KEY.matcher(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            throw new GeneralSecurityException(
                    "it holds no plain PKCS#8 key (openssl pkcs8 -topk8 -nocrypt makes one)");
        }
        var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        for (String kind : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(encoded);
            } catch (InvalidKeySpecException _) {
                // It is of another kind.
            }
        }
        throw new GeneralSecurityException("its key is neither RSA nor EC nor Ed25519");
    }

    // What a parser says of a key may quote it.
    private static ObjectStoreException failure(String parameter, Path file, Exception cause) {
        String why = switch (cause) {
            case NoSuchFileException _ -> "does not exist";
            case IOException _ -> "cannot be read";
            default -> "cannot be used: " + cause.getMessage();
        };
        return new ObjectStoreException(Kind.INVALID, "--bucket: " + parameter + " file " + file + " " + why, cause);
    }
}
