package mountagent.cli;

import java.nio.file.Path;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ListenAddress;
import mountagent.service.SftpSpec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The flags of everything that shows a volume by SFTP.
final class SftpFlags {
    private static final int CONNECTIONS_MOST = 10_000;

    @Option(
            names = "--sftp-users",
            paramLabel = "FILE",
            description = "The users of SFTP, see juicefs sftp-user; /etc/mountagent/sftp/users or"
                    + " ~/.config/mountagent/sftp/users.")
    private @Nullable String users;

    @Option(
            names = "--sftp-host-keys",
            paramLabel = "DIR",
            description = "Host keys, made when there are none; host-keys beside the users.")
    private @Nullable String hostKeys;

    @Option(names = "--sftp-passwords", description = "Let users log in with passwords, too, not with keys alone.")
    private boolean passwords;

    @Option(
            names = "--sftp-no-chacha20",
            description = "Do not offer ChaCha20, which is slower here than AES and which clients prefer.")
    private boolean noChaCha20;

    @Option(names = "--sftp-connections", paramLabel = "N", description = "Connections at most; default 100.")
    private int connections = 100;

    /// What they say; `listen` is what `flag` was given.
    SftpSpec spec(String flag, String listen, Environment environment) throws CommandFailure {
        return new SftpSpec(
                ListenAddress.of(flag, listen),
                usersFile(environment),
                hostKeys == null ? SftpSpec.usualHostKeys(environment) : environment.resolve(hostKeys),
                passwords,
                !noChaCha20,
                (int) Flags.within("--sftp-connections", connections, 1, CONNECTIONS_MOST));
    }

    private Path usersFile(Environment environment) {
        return users == null ? SftpSpec.usualUsers(environment) : environment.resolve(users);
    }
}
