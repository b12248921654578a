package mountagent.object;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// An object store did not do what it was asked. The message names the key, the store and what to do.
public final class ObjectStoreException extends Exception {
    /// What a caller may conclude.
    public enum Kind {
        /// There is no such object.
        MISSING,
        /// It may work later, and may have taken effect.
        TRANSIENT,
        /// Refused for lack of rights.
        DENIED,
        /// No space left.
        FULL,
        /// The request or the stored object makes no sense; trying again is useless.
        INVALID
    }

    private final Kind kind;
    private final Duration retryAfter;

    public ObjectStoreException(Kind kind, String message) {
        this(kind, message, null);
    }

    public ObjectStoreException(Kind kind, String message, @Nullable Throwable cause) {
        this(kind, message, cause, Duration.ZERO);
    }

    /// A failure of a store that said how long it wants to be left alone.
    public ObjectStoreException(Kind kind, String message, @Nullable Throwable cause, Duration retryAfter) {
        super(message, cause);
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    /// What a caller may conclude.
    public Kind kind() {
        return kind;
    }

    /// How long the store wants to be left alone; zero when it did not say.
    public Duration retryAfter() {
        return retryAfter;
    }
}
