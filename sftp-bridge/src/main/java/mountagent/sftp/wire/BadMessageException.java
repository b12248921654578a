package mountagent.sftp.wire;

/// A message is not what the protocol says: too short, too long, or a length in it is wrong. The message says
/// where.
public final class BadMessageException extends Exception {
    public BadMessageException(String message) {
        super(message, null, false, false);
    }
}
