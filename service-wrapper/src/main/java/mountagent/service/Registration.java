package mountagent.service;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import mountagent.base.Clock;
import mountagent.meta.codec.SessionInfo;
import mountagent.session.SessionOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What this process says of itself when it registers with a volume.
final class Registration {
    private static final Logger log = LoggerFactory.getLogger(Registration.class);

    private Registration() {}

    /// For a mount at `mountPoint`.
    static SessionInfo info(Path mountPoint, Clock clock) {
        var now = clock.now();
        var time = Instant.ofEpochSecond(now.seconds(), now.nanos()).atZone(ZoneId.systemDefault());
        return new SessionInfo(
                Version.text(),
                hostName(),
                addresses(),
                mountPoint.toString(),
                DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time),
                ProcessHandle.current().pid());
    }

    /// How `spec` takes part.
    static SessionOptions options(MountSpec spec) {
        return new SessionOptions(
                !spec.isReadOnly(), spec.client().heartbeat(), spec.client().hasBackgroundJobs());
    }

    /// The name of this machine.
    static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            log.debug("the host's name is not known: {}", e.getMessage());
            return "localhost";
        }
    }

    private static List<String> addresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .map(InetAddress::getHostAddress)
                    .toList();
        } catch (SocketException e) {
            log.debug("the host's addresses are not known: {}", e.getMessage());
            return List.of();
        }
    }
}
