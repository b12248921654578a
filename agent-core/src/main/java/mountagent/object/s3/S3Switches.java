package mountagent.object.s3;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import org.jspecify.annotations.Nullable;

/// What stands behind the `?` of a bucket's URL (reference: cli.md §8).
///
/// `caCertificates` is a file of certificates that servers are trusted by, `certificate` and `key` are the files this
/// client shows itself by; empty means none. `disable-100-continue` is accepted and has nothing to do: requests are
/// never sent that way.
public record S3Switches(
        String region,
        boolean trustsAnybody,
        boolean keepsChecksums,
        String caCertificates,
        String certificate,
        String key) {
    private static final String SKIP_VERIFY = "tls-insecure-skip-verify";
    private static final String NO_CHECKSUM = "disable-checksum";
    private static final Set<String> KNOWN = new TreeSet<>(
            Set.of("region", SKIP_VERIFY, NO_CHECKSUM, "disable-100-continue", "ca-certs", "ssl-cert", "ssl-key"));

    static S3Switches parse(@Nullable String query, String bucket) throws ObjectStoreException {
        Map<String, String> given = new LinkedHashMap<>();
        for (String part : query == null ? new String[0] : query.split("&")) {
            int equals = part.indexOf('=');
            String name = decoded(equals < 0 ? part : part.substring(0, equals));
            if (!KNOWN.contains(name)) {
                throw new ObjectStoreException(
                        Kind.INVALID,
                        "--bucket \"" + bucket + "\" has parameter \"" + name + "\", which is not known; known are "
                                + String.join(", ", KNOWN));
            }
            given.put(name, equals < 0 ? "" : decoded(part.substring(equals + 1)));
        }
        var switches = new S3Switches(
                given.getOrDefault("region", ""),
                isTrue(given, SKIP_VERIFY),
                !isTrue(given, NO_CHECKSUM),
                given.getOrDefault("ca-certs", ""),
                given.getOrDefault("ssl-cert", ""),
                given.getOrDefault("ssl-key", ""));
        if (switches.certificate.isEmpty() != switches.key.isEmpty()) {
            throw new ObjectStoreException(
                    Kind.INVALID, "--bucket \"" + bucket + "\": ssl-cert and ssl-key belong together, give both");
        }
        return switches;
    }

    /// Whether this client shows itself by a certificate.
    boolean hasCertificate() {
        return !certificate.isEmpty();
    }

    /// The file of trusted certificates, null for the system's.
    @Nullable
    Path trusted() {
        return caCertificates.isEmpty() ? null : Path.of(caCertificates);
    }

    private static boolean isTrue(Map<String, String> given, String name) {
        return "true".equalsIgnoreCase(given.get(name));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
