package mountagent.service;

import org.jspecify.annotations.Nullable;

/// A command cannot do what it was asked. The message is one line for the person who typed it: what, which
/// value, what to do. It holds no password.
public final class CommandFailure extends Exception {
    private final ExitCode code;

    /// Ends the command with [ExitCode#FAILED].
    public CommandFailure(String message) {
        this(ExitCode.FAILED, message, null);
    }

    /// Ends the command with [ExitCode#FAILED] because of `cause`, which `--verbose` shows.
    public CommandFailure(String message, @Nullable Throwable cause) {
        this(ExitCode.FAILED, message, cause);
    }

    /// Ends the command with `code`.
    public CommandFailure(ExitCode code, String message, @Nullable Throwable cause) {
        super(Secrets.masked(message), cause);
        this.code = code;
    }

    /// What the process ends with.
    public ExitCode code() {
        return code;
    }

    /// The message, never null.
    public String text() {
        return String.valueOf(getMessage());
    }
}
