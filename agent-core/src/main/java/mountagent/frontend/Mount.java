package mountagent.frontend;

import java.time.Duration;

/// A volume being shown. Thread-safe.
public interface Mount extends AutoCloseable {
    /// Where.
    String mountPoint();

    /// Ends it in order: nothing new is taken, what is under way is finished. Throws when it is in use.
    void unmount() throws MountException;

    /// Ends it whatever is under way.
    void unmountForced() throws MountException;

    /// Waits until it has ended, by whomever (an administrator's `umount`, say). False when `limit` passes before.
    boolean awaitEnd(Duration limit) throws InterruptedException;

    /// Ends it, forced if need be.
    @Override
    void close();
}
