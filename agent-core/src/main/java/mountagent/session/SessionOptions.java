package mountagent.session;

import java.time.Duration;

/// How a client takes part: whether it registers (a read-only one does not), how often its heart beats (zero:
/// its registration lasts a year), and whether it cleans up after clients that are gone.
public record SessionOptions(boolean registers, Duration heartbeat, boolean cleansUp) {
    /// The official client's: a beat each 12 s, cleaning up.
    public static final SessionOptions DEFAULT = new SessionOptions(true, Duration.ofSeconds(12), true);

    public SessionOptions {
        if (heartbeat.isNegative()) {
            throw new IllegalArgumentException("heartbeat (" + heartbeat + ") must not be negative");
        }
    }
}
