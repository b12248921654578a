package mountagent.base;

/// What is asked of a lock.
public enum LockMode {
    SHARED,
    EXCLUSIVE,
    UNLOCK
}
