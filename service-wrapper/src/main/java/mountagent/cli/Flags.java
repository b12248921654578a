package mountagent.cli;

import java.time.Duration;
import mountagent.service.CommandFailure;
import mountagent.service.Durations;
import org.jspecify.annotations.Nullable;

/// The values of flags, checked; failures name the flag.
final class Flags {
    private Flags() {}

    /// Bytes; null when the flag was not given.
    static @Nullable Long size(String flag, @Nullable String text, char unit) throws CommandFailure {
        if (text == null) {
            return null;
        }
        try {
            return SizeText.bytes(text, unit);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(flag + ": " + e.getMessage(), e);
        }
    }

    /// A duration.
    static Duration duration(String flag, String text) throws CommandFailure {
        return Durations.parse(flag, text);
    }

    /// `value` if it lies between `least` and `most`.
    static long within(String flag, long value, long least, long most) throws CommandFailure {
        if (value < least || value > most) {
            throw new CommandFailure(flag + " (" + value + ") must be from " + least + " to " + most);
        }
        return value;
    }

    /// `value` unless it is negative; null when the flag was not given.
    static @Nullable Long notNegative(String flag, @Nullable Long value) throws CommandFailure {
        return value == null ? null : Long.valueOf(within(flag, value, 0, Long.MAX_VALUE));
    }

    /// Megabits a second; null when the flag was not given.
    static @Nullable Long rate(String flag, @Nullable String text) throws CommandFailure {
        if (text == null) {
            return null;
        }
        try {
            return RateText.megabitsPerSecond(text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(flag + ": " + e.getMessage(), e);
        }
    }
}
