package mountagent.cli;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ListenAddress;
import mountagent.service.SftpSpec;
import mountagent.service.SquashChoice;
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

    @Option(
            names = "--sftp-trusted-ca",
            paramLabel = "FILE",
            description = "Let users log in with certificates of these authorities: public keys, one a line.")
    private @Nullable String trustedAuthorities;

    @Option(
            names = "--sftp-revoked-keys",
            paramLabel = "FILE",
            description =
                    "Let nobody in by these keys or certificates of them: public keys or fingerprints, one a line.")
    private @Nullable String revokedKeys;

    @Option(
            names = "--sftp-squash",
            paramLabel = "WHO",
            description =
                    "Who becomes nobody in the volume: root (default; users with allow-uid-0 excepted), all, none.")
    private String squash = "root";

    @Option(names = "--sftp-squash-to", paramLabel = "UID:GID", description = "Whom those become; default 65534:65534.")
    private String squashTo = SquashChoice.USUAL_TARGET;

    @Option(names = "--sftp-log-files", description = "Log what users do to files: opened, closed, removed and so on.")
    private boolean logFiles;

    @Option(names = "--sftp-check-file", description = "Make hashes of files (SHA-2) for clients that ask for them.")
    private boolean checkFile;

    @Option(names = "--sftp-scp", description = "Speak the old protocol of scp, too (scp -O).")
    private boolean scp;

    @Option(names = "--sftp-connections", paramLabel = "N", description = "Connections at most; default 100.")
    private int connections = 100;

    /// What they say; `listen` is what `flag` was given.
    SftpSpec spec(String flag, String listen, Environment environment) throws CommandFailure {
        return new SftpSpec(
                ListenAddress.of(flag, listen),
                usersFile(environment),
                SquashChoice.of(squash, squashTo),
                new SftpSpec.KeyFiles(
                        trustedAuthorities == null ? null : environment.resolve(trustedAuthorities),
                        revokedKeys == null ? null : environment.resolve(revokedKeys)),
                hostKeys == null ? SftpSpec.usualHostKeys(environment) : environment.resolve(hostKeys),
                choices(),
                (int) Flags.within("--sftp-connections", connections, 1, CONNECTIONS_MOST));
    }

    private Set<SftpSpec.Choice> choices() {
        var choices = EnumSet.noneOf(SftpSpec.Choice.class);
        add(choices, passwords, SftpSpec.Choice.PASSWORDS);
        add(choices, noChaCha20, SftpSpec.Choice.NO_CHACHA20);
        add(choices, logFiles, SftpSpec.Choice.LOG_FILES);
        add(choices, checkFile, SftpSpec.Choice.CHECK_FILE);
        add(choices, scp, SftpSpec.Choice.SCP);
        return choices;
    }

    private static void add(Set<SftpSpec.Choice> choices, boolean isWanted, SftpSpec.Choice choice) {
        if (isWanted) {
            choices.add(choice);
        }
    }

    private Path usersFile(Environment environment) {
        return users == null ? SftpSpec.usualUsers(environment) : environment.resolve(users);
    }
}
