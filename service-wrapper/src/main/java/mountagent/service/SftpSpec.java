package mountagent.service;

import java.nio.file.Path;

/// How a volume is to be shown by SFTP: where the server listens, the file of its users, the directory of its
/// host keys, whether passwords are taken and ChaCha20 is offered, and how many connections there may be.
public record SftpSpec(
        ListenAddress listen,
        Path users,
        Path hostKeys,
        boolean takesPasswords,
        boolean offersChaCha20,
        int connectionsMax) {
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
