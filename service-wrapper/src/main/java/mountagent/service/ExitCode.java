package mountagent.service;

/// What a process ends with (docs/commands.md). A process ended by a signal has 128 and the signal's number.
public enum ExitCode {
    OK(0),
    /// The command could not be carried out, or its flags make no sense.
    FAILED(1),
    /// There is no such command.
    UNKNOWN_COMMAND(3),
    /// The mounted volume was destroyed or replaced by another one.
    VOLUME_GONE(11);

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    /// The number.
    public int status() {
        return status;
    }
}
