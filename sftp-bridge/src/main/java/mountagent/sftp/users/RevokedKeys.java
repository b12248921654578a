package mountagent.sftp.users;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keys that let nobody in any more, whoever names them: one a line of a file, as a public key or as its
/// fingerprint. The file is read again when it has changed; while it cannot be read, every key counts as revoked.
/// Thread-safe.
public final class RevokedKeys {
    private static final Logger log = LoggerFactory.getLogger(RevokedKeys.class);

    private static final Pattern FINGERPRINT = Pattern.compile("SHA256:[A-Za-z0-9+/]{43}");
    private static final Pattern BITS = Pattern.compile("\\d{3,5}");
    private static final byte[] REVOCATION_LIST = "SSHKRL\n\0".getBytes(StandardCharsets.US_ASCII);

    private final @Nullable Path file;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock; null when the file cannot be read.
    private String version = "";
    private @Nullable Set<String> fingerprints = Set.of();

    private RevokedKeys(@Nullable Path file) {
        this.file = file;
    }

    /// Those in `file`; none without one. IOException, which names the line, when one is no key and no fingerprint, and
    /// for a file that others may change.
    public static RevokedKeys of(@Nullable Path file) throws IOException {
        var keys = new RevokedKeys(file);
        if (file != null) {
            keys.version = FileVersion.of(file);
            keys.fingerprints = read(file);
        }
        return keys;
    }

    /// Whether `key` is revoked; a certificate is, too, when its key or that of its authority is.
    public boolean contains(PublicKey key) {
        Set<String> revoked = current();
        if (revoked == null) {
            return true;
        }
        if (key instanceof OpenSshCertificate certificate) {
            return isIn(revoked, certificate.getCertPubKey()) || isIn(revoked, certificate.getCaPubKey());
        }
        return isIn(revoked, key);
    }

    private static boolean isIn(Set<String> revoked, PublicKey key) {
        return !revoked.isEmpty() && revoked.contains(KeyUtils.getFingerPrint(key));
    }

    private @Nullable Set<String> current() {
        lock.lock();
        try {
            if (file != null) {
                refresh(file);
            }
            return fingerprints;
        } finally {
            lock.unlock();
        }
    }

    /// Called with the lock held.
    private void refresh(Path path) {
        String now = FileVersion.of(path);
        if (now.equals(version)) {
            return;
        }
        version = now;
        try {
            fingerprints = read(path);
        } catch (IOException e) {
            fingerprints = null;
            log.error("no key lets anybody in: revoked ones cannot be told: {}", e.getMessage());
        }
    }

    private static Set<String> read(Path file) throws IOException {
        Authorities.requireOwners(file);
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length >= REVOCATION_LIST.length
                && Arrays.equals(bytes, 0, REVOCATION_LIST.length, REVOCATION_LIST, 0, REVOCATION_LIST.length)) {
            throw new IOException(file + " is a KRL, which is not read here: list the keys, one a line");
        }
        Set<String> fingerprints = new HashSet<>();
        int number = 0;
        for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
            number++;
            String text = line.strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                fingerprints.add(fingerprint(file + " line " + number, text.split("\\s+")));
            }
        }
        return Set.copyOf(fingerprints);
    }

    /// Of a line: a key, a fingerprint, or what `ssh-keygen -l` says.
    private static String fingerprint(String place, String[] words) throws IOException {
        int first = words.length > 1 && BITS.matcher(words[0]).matches() ? 1 : 0;
        if (FINGERPRINT.matcher(words[first]).matches()) {
            return words[first];
        }
        if (words[0].contains("-cert-")) {
            throw new IOException(place + " is a certificate: list its key, or the key of its authority");
        }
        if (words.length < 2 || !isKey(words[0], words[1])) {
            throw new IOException(place + " must be a public key or its fingerprint, SHA256:…");
        }
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(sha256(decoded(words[1])));
    }

    /// Whether the bytes of a key begin with its type, as they do.
    private static boolean isKey(String type, String base64) {
        byte[] name = type.getBytes(StandardCharsets.UTF_8);
        byte[] begin = ByteBuffer.allocate(Integer.BYTES + name.length)
                .putInt(name.length)
                .put(name)
                .array();
        byte[] key = decoded(base64);
        return key.length > begin.length && Arrays.equals(key, 0, begin.length, begin, 0, begin.length);
    }

    /// Nothing for what is not Base64.
    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            return new byte[0];
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
