package mountagent.sftp.ssh;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The keys by which clients know the server: every file `*_key` of a directory, in OpenSSH's form; an Ed25519
/// and an ECDSA key are made at first. Further ones beside them are for changing over. None may be readable by
/// others.
final class HostKeys {
    private static final Logger log = LoggerFactory.getLogger(HostKeys.class);

    private static final String SUFFIX = "_key";
    private static final int P256_BITS = 256;
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");

    private HostKeys() {}

    /// The keys in `folder`, made if there are none. IOException says which one cannot be used.
    static List<KeyPair> load(Path folder) throws IOException {
        return load(folder, Level.INFO);
    }

    /// The same, told in the log at `level`.
    static List<KeyPair> load(Path folder, Level level) throws IOException {
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(FOLDER));
        List<Path> files = files(folder);
        if (files.isEmpty()) {
            make(folder);
            files = files(folder);
        }
        List<KeyPair> keys = new ArrayList<>();
        for (Path file : files) {
            keys.add(read(file, level));
        }
        return keys;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (var all = Files.list(folder)) {
            // Ed25519 before the others, so that clients who take the first get it
            return all.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .sorted(java.util.Comparator.comparing(
                                    (Path file) -> !file.toString().contains("ed25519"))
                            .thenComparing(Path::toString))
                    .toList();
        }
    }

    private static KeyPair read(Path file, Level level) throws IOException {
        var others = java.util.EnumSet.noneOf(PosixFilePermission.class);
        others.addAll(Files.getPosixFilePermissions(file));
        others.removeAll(FILE);
        if (!others.isEmpty()) {
            throw new IOException("host key " + file + " may be used by others than its owner: chmod 600 " + file);
        }
        try (var in = Files.newInputStream(file)) {
            for (KeyPair pair : SecurityUtils.loadKeyPairIdentities(null, file::toString, in, null)) {
                log.atLevel(level)
                        .log("host key {} {}", KeyUtils.getKeyType(pair), KeyUtils.getFingerPrint(pair.getPublic()));
                return pair;
            }
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IOException("host key " + file + " cannot be read: " + e.getMessage(), e);
        }
        throw new IOException("host key " + file + " has no private key in it");
    }

    private static void make(Path folder) throws IOException {
        try {
            write(
                    folder,
                    "ed25519",
                    SecurityUtils.getKeyPairGenerator(SecurityUtils.ED25519).generateKeyPair());
            var ecdsa = SecurityUtils.getKeyPairGenerator(KeyUtils.EC_ALGORITHM);
            ecdsa.initialize(P256_BITS);
            write(folder, "ecdsa", ecdsa.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot make host keys: " + e.getMessage(), e);
        }
    }

    private static void write(Path folder, String type, KeyPair pair) throws IOException, GeneralSecurityException {
        Path file = folder.resolve("ssh_host_" + type + SUFFIX);
        Path fresh = folder.resolve("ssh_host_" + type + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(FILE));
        try (OutputStream out = Files.newOutputStream(fresh)) {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "juicefs sftp", null, out);
        }
        Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        try (OutputStream out = Files.newOutputStream(folder.resolve("ssh_host_" + type + SUFFIX + ".pub"))) {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePublicKey(pair.getPublic(), "juicefs sftp", out);
        }
    }
}
