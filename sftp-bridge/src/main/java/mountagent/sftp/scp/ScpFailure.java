package mountagent.sftp.scp;

/// One file could not be copied; the message is for the user. The transfer goes on.
final class ScpFailure extends Exception {
    private final int status;

    ScpFailure(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /// As SFTP numbers it.
    int status() {
        return status;
    }
}
