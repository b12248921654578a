package mountagent.base;

/// A lock that stands in the way; `pid` is 0 when its holder is on another client.
public record LockConflict(LockMode mode, LockRange range, int pid) {}
