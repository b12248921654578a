package mountagent.frontend;

import org.jspecify.annotations.Nullable;

/// A front end could not be started or ended. The message says what, where, and what to do.
public final class MountException extends Exception {
    public MountException(String message) {
        this(message, null);
    }

    public MountException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
