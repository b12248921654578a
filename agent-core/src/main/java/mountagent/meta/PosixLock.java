package mountagent.meta;

/// One byte range that an owner has locked: `[start, end]`, both inclusive; `pid` is of the process that asked.
public record PosixLock(LockType type, int pid, long start, long end) {
    /// The `end` of a lock up to the end of the file, wherever that comes to be.
    public static final long TO_END = Long.MAX_VALUE;
}
