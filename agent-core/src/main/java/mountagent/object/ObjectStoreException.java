package mountagent.object;

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

    public ObjectStoreException(Kind kind, String message) {
        this(kind, message, null);
    }

    public ObjectStoreException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /// What a caller may conclude.
    public Kind kind() {
        return kind;
    }
}
