package mountagent.service;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How a volume is to be shown by SFTP: where the server listens, the file of its users and whom they become in
/// the volume, files of trusted and of revoked keys, the directory of its host keys, what is offered, and how many
/// connections there may be.
public record SftpSpec(
        ListenAddress listen,
        Path users,
        SquashChoice squash,
        KeyFiles keys,
        Path hostKeys,
        Set<Choice> choices,
        int connectionsMax) {
    public SftpSpec {
        choices = Set.copyOf(choices);
    }

    /// The file of trusted certificate authorities and that of revoked keys; null for none.
    public record KeyFiles(
            @Nullable Path trustedAuthorities, @Nullable Path revoked) {}

    /// What may be wanted or not.
    public enum Choice {
        PASSWORDS,
        NO_CHACHA20,
        LOG_FILES,
        CHECK_FILE,
        SCP
    }

    /// Where the user of `environment` keeps what SFTP needs unless told otherwise.
    public static Path usualFolder(Environment environment) {
        return Places.of(environment).registry().resolveSibling("sftp");
    }

    /// The usual file of users.
    public static Path usualUsers(Environment environment) {
        return usualFolder(environment).resolve("users");
    }

    /// The usual directory of host keys.
    public static Path usualHostKeys(Environment environment) {
        return usualFolder(environment).resolve("host-keys");
    }
}
