package mountagent.object.crypt;

import org.jspecify.annotations.Nullable;

/// A key file cannot be used. The message says why, in words that go on from "the RSA key of …: ", and holds nothing
/// of the key.
public final class KeyFileException extends Exception {
    /// What a user can do about it.
    public enum Problem {
        /// Give the passphrase.
        PASSPHRASE_MISSING,
        /// Give the right one.
        PASSPHRASE_WRONG,
        /// Give another key.
        UNUSABLE
    }

    private final Problem problem;

    KeyFileException(Problem problem, String message) {
        this(problem, message, null);
    }

    KeyFileException(Problem problem, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.problem = problem;
    }

    /// What a user can do about it.
    public Problem problem() {
        return problem;
    }
}
