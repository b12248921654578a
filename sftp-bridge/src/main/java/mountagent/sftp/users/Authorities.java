package mountagent.sftp.users;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mountagent.base.Network;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.config.keys.OpenSshCertificate.CertificateOption;
import org.jspecify.annotations.Nullable;

/// The certificate authorities whose user certificates let in, and what a certificate must say. That it is signed by
/// the authority it names, and that its owner has its key, is checked by who calls. Thread-safe.
///
/// Reference: OpenSSH's PROTOCOL.certkeys.
public final class Authorities {
    private static final Set<String> SIGNATURES = Set.of(
            "ssh-ed25519",
            "ecdsa-sha2-nistp256",
            "ecdsa-sha2-nistp384",
            "ecdsa-sha2-nistp521",
            "sk-ssh-ed25519@openssh.com",
            "sk-ecdsa-sha2-nistp256@openssh.com",
            "rsa-sha2-512",
            "rsa-sha2-256");

    private final List<UserKey> trusted;

    private Authorities(List<UserKey> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    /// Those whose keys are in `file`, one a line as in OpenSSH's `TrustedUserCAKeys`; without a file only those that
    /// users name themselves. IOException, which names the line, when one is no key, and for a file that others may
    /// change.
    public static Authorities of(@Nullable Path file) throws IOException {
        List<UserKey> keys = new ArrayList<>();
        if (file != null) {
            requireOwners(file);
            int number = 0;
            for (String raw : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                number++;
                String line = raw.strip();
                if (!line.isEmpty() && !line.startsWith("#")) {
                    keys.add(key(file + " line " + number, line));
                }
            }
            if (keys.isEmpty()) {
                throw new IOException(file + " has no key of an authority in it");
            }
        }
        return new Authorities(keys);
    }

    static void requireOwners(Path file) throws IOException {
        var permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(file + " may be changed by others than its owner: chmod go-w " + file);
        }
    }

    private static UserKey key(String place, String line) throws IOException {
        try {
            return UserKey.of(line);
        } catch (IllegalArgumentException e) {
            throw new IOException(place + ": " + e.getMessage(), e);
        }
    }

    /// Why `user` may not log in with `certificate` from an address at a time; empty when it may.
    public String refusal(OpenSshCertificate certificate, SftpUser user, KeyUse use) {
        if (certificate.getType() != OpenSshCertificate.Type.USER) {
            return "it is not for users";
        }
        if (!SIGNATURES.contains(certificate.getSignatureAlgorithm())) {
            return "it is signed with " + certificate.getSignatureAlgorithm();
        }
        try {
            UserKey.requireStrong(certificate.getCertPubKey());
            UserKey.requireStrong(certificate.getCaPubKey());
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
        if (!OpenSshCertificate.isValidAt(certificate, use.time())) {
            return "it is not valid now";
        }
        if (!isTrusted(certificate, user, use)) {
            return "none of its authority's principals is this user";
        }
        return options(certificate, use);
    }

    private boolean isTrusted(OpenSshCertificate certificate, SftpUser user, KeyUse use) {
        boolean byServer = trusted.stream()
                .anyMatch(authority -> isOf(authority, certificate.getCaPubKey(), use)
                        && certificate.getPrincipals().contains(user.name()));
        return byServer
                || user.keys().stream()
                        .map(UserKey::of)
                        .anyMatch(authority -> authority.isAuthority()
                                && isOf(authority, certificate.getCaPubKey(), use)
                                && authority.allows(certificate.getPrincipals(), user.name()));
    }

    private static boolean isOf(UserKey authority, PublicKey key, KeyUse use) {
        return KeyUtils.compareKeys(authority.key(), key) && authority.isValid(use);
    }

    /// The critical options: where it may be used from. What is not known must not be passed over.
    private static String options(OpenSshCertificate certificate, KeyUse use) {
        for (CertificateOption option : certificate.getCriticalOptions()) {
            if (!option.getName().equals(OpenSshCertificate.SOURCE_ADDRESS)) {
                return "its option " + option.getName() + " is not known here";
            }
            if (!isFrom(String.valueOf(option.getData()), use)) {
                return "it is for other addresses";
            }
        }
        return "";
    }

    private static boolean isFrom(String list, KeyUse use) {
        try {
            for (String network : list.split(",", -1)) {
                if (Network.of(network.strip()).contains(use.address())) {
                    return true;
                }
            }
            return false;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
