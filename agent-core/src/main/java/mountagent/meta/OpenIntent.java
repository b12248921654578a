package mountagent.meta;

/// What a file is opened for: reading, writing, running it, only appending, and whether it is cut to nothing.
public record OpenIntent(boolean reads, boolean writes, boolean executes, boolean appends, boolean truncates) {
    /// Whether the file may change by it.
    boolean changes() {
        return writes || appends || truncates;
    }

    /// The permissions that it takes, as bits of [Permission].
    int mask() {
        int mask = reads ? Permission.READ : 0;
        mask |= changes() ? Permission.WRITE : 0;
        return mask | (executes ? Permission.EXECUTE : 0);
    }
}
