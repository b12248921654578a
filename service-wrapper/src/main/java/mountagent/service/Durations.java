package mountagent.service;

import java.time.Duration;
import mountagent.base.DurationText;

/// Durations that users type.
public final class Durations {
    private Durations() {}

    /// The duration that `text`, the value of `name`, means: seconds, or numbers with units (`1h30m`, `100ms`, `7d`).
    public static Duration parse(String name, String text) throws CommandFailure {
        try {
            return DurationText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(name + ": " + e.getMessage(), e);
        }
    }
}
