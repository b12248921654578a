package mountagent.fuse;

import java.util.concurrent.TimeUnit;

/// How long a request is served on after its caller was interrupted.
///
/// Any signal that a program handles interrupts what it waits for: a timer, the end of a child. Local file
/// systems do not answer EINTR then, programs do not expect it of a file, and the kernel makes EIO of it
/// where it fills pages. So an interrupt only counts for what has taken too long to be ordinary, and at once
/// for a lock, where it is what programs use. The official client waits a second, too.
enum Patience {
    /// Given up at once.
    NONE(0),
    /// A question to a server that may be away.
    SHORT(1),
    /// A change, which had better be done to its end.
    LONG(30),
    /// Done to its end whoever waits: the locks and the data of a process that is killed depend on it.
    ENDLESS(Integer.MAX_VALUE);

    private final long nanos;

    Patience(int seconds) {
        this.nanos = TimeUnit.SECONDS.toNanos(seconds);
    }

    /// From the start of the request.
    long nanos() {
        return nanos;
    }
}
