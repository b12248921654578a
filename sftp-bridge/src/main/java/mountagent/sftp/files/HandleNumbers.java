package mountagent.sftp.files;

import java.util.concurrent.atomic.AtomicLong;

/// Where the numbers of handles come from: one for all channels of a server, so that none has the number of
/// another one's. Thread-safe.
public final class HandleNumbers {
    private final AtomicLong next = new AtomicLong(1);

    long next() {
        return next.getAndIncrement();
    }
}
