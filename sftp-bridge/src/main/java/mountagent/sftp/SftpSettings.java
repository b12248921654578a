package mountagent.sftp;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Set;
import mountagent.sftp.ssh.SshLimits;
import mountagent.sftp.ssh.SshSide;
import mountagent.sftp.users.KeyFiles;
import mountagent.sftp.users.Squash;

/// How an SFTP server is to be set up: where it listens (port 0 finds a free one), the file of its users and whom they
/// become in the volume, files of trusted and of revoked keys, the directory of its host keys, what is offered, and
/// what
/// clients may take.
public record SftpSettings(
        InetSocketAddress listen,
        Path users,
        Squash squash,
        KeyFiles keys,
        Path hostKeys,
        Set<SshSide.Option> options,
        SshLimits limits) {
    public SftpSettings {
        options = Set.copyOf(options);
    }
}
