package mountagent.volume;

/// What to do about a lock that another holds.
public enum LockWait {
    /// Fail with EAGAIN.
    TRY,
    /// Wait until it is free; EINTR when the thread is interrupted.
    WAIT
}
