package mountagent.meta;

/// Who holds a lock: a session and an owner token of its own choosing (64 bits, compared unsigned only for display).
public record LockOwner(long session, long owner) {}
