package mountagent.base;

/// A byte range that is locked: `[start, end]`, both inclusive; `end` is `Long.MAX_VALUE` for "to the end".
public record LockRange(long start, long end) {
    public static final LockRange ALL = new LockRange(0, Long.MAX_VALUE);
}
