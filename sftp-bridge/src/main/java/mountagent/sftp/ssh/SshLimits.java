package mountagent.sftp.ssh;

import java.time.Duration;
import mountagent.base.Sizes;

/// What clients may take. Beyond `connections` (in all, and from one address) a new one is refused; beyond
/// `unauthenticated` the oldest that has not logged in is ended, of the address that has most of them.
/// `bufferBytes` is what all channels together may have queued; one that finds none left is refused.
public record SshLimits(
        int connections,
        int connectionsOfAddress,
        int connectionsOfUser,
        int unauthenticated,
        int channelsOfConnection,
        int handlesOfChannel,
        int requestsOfUser,
        int triesOfConnection,
        Duration loginTime,
        Duration idleTime,
        long bufferBytes) {
    private static final long BUFFER_BYTES = 320L * Sizes.MIB;

    /// The usual ones, with `connections` in all.
    public static SshLimits usual(int connections) {
        int half = Math.max(1, connections / 2);
        return new SshLimits(
                connections,
                half,
                half,
                Math.clamp(connections, 1, 64),
                10,
                1024,
                64,
                6,
                Duration.ofSeconds(30),
                Duration.ofMinutes(10),
                BUFFER_BYTES);
    }

    /// The same with another time to log in.
    public SshLimits withLoginTime(Duration time) {
        return new SshLimits(
                connections,
                connectionsOfAddress,
                connectionsOfUser,
                unauthenticated,
                channelsOfConnection,
                handlesOfChannel,
                requestsOfUser,
                triesOfConnection,
                time,
                idleTime,
                bufferBytes);
    }
}
