package mountagent.service;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import mountagent.base.Clock;
import mountagent.frontend.Mount;
import mountagent.sftp.SftpServer;
import mountagent.sftp.SftpSettings;
import mountagent.sftp.ssh.SshLimits;
import mountagent.sftp.ssh.SshSide;
import mountagent.sftp.users.KeyFiles;
import mountagent.volume.Origin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An SFTP server on an open volume, as a run of it or of a mount holds one. Thread-safe.
final class SftpService implements Mount {
    private static final Logger log = LoggerFactory.getLogger(SftpService.class);

    private final SftpServer server;
    private final CountDownLatch ended = new CountDownLatch(1);

    private SftpService(SftpServer server) {
        this.server = server;
    }

    /// Starts one as `spec` says.
    static SftpService start(SftpSpec spec, OpenVolume.Opened opened) throws CommandFailure {
        var settings = new SftpSettings(
                spec.listen().resolved(),
                spec.users(),
                spec.squash().squash(),
                new KeyFiles(spec.keys().trustedAuthorities(), spec.keys().revoked()),
                spec.hostKeys(),
                options(spec),
                SshLimits.usual(spec.connectionsMax()));
        try {
            var server = SftpServer.start(settings, opened.plainFrontEnd(new Origin("sftp")), Clock.SYSTEM);
            log.info("SFTP of {} listens on {}", opened.name(), server.address());
            return new SftpService(server);
        } catch (IOException e) {
            throw new CommandFailure("cannot serve SFTP: " + e.getMessage(), e);
        }
    }

    private static Set<SshSide.Option> options(SftpSpec spec) {
        return spec.choices().stream()
                .map(choice -> switch (choice) {
                    case PASSWORDS -> SshSide.Option.PASSWORDS;
                    case NO_CHACHA20 -> SshSide.Option.NO_CHACHA20;
                    case LOG_FILES -> SshSide.Option.LOG_FILES;
                    case CHECK_FILE -> SshSide.Option.CHECK_FILE;
                    case SCP -> SshSide.Option.SCP;
                })
                .collect(Collectors.toSet());
    }

    /// Where it is: an address, not a directory.
    @Override
    public String mountPoint() {
        return "sftp://" + server.address().getHostString() + ":"
                + server.address().getPort();
    }

    @Override
    public void unmount() {
        close();
    }

    @Override
    public void unmountForced() {
        close();
    }

    @Override
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Ends all connections; what their files had pending is committed when this returns.
    @Override
    public void close() {
        server.close();
        ended.countDown();
    }
}
