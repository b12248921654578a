package mountagent.meta;

/// Shared or exclusive.
public enum LockType {
    READ,
    WRITE
}
