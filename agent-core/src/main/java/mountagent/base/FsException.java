package mountagent.base;

import org.jspecify.annotations.Nullable;

/// A file system operation that failed, with the [Errno] that its caller is to see.
///
/// The message is for the operator and holds the values concerned. Failures that are ordinary answers (a name
/// that is not there, an attribute that is not set) are made with [#miss(Errno)]: they carry no stack trace and
/// are not logged.
public final class FsException extends Exception {
    private final Errno errno;
    private final boolean expected;

    /// A failure worth a stack trace. `message` names the values and what to do.
    public FsException(Errno errno, String message) {
        this(errno, message, null);
    }

    /// A failure caused by another one.
    public FsException(Errno errno, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.errno = errno;
        this.expected = false;
    }

    private FsException(Errno errno) {
        super(errno.name(), null, false, false);
        this.errno = errno;
        this.expected = true;
    }

    /// An ordinary negative answer: no stack trace, never logged.
    public static FsException miss(Errno errno) {
        return new FsException(errno);
    }

    /// What the caller of the operation is told.
    public Errno errno() {
        return errno;
    }

    /// Whether this is an ordinary answer made by [#miss(Errno)].
    public boolean isExpected() {
        return expected;
    }
}
