package mountagent.meta;

/// The limits of a directory tree, a user or a group and what is used of them. A limit of 0 or below means none.
public record Quota(long maxSpace, long maxInodes, long usedSpace, long usedInodes) {
    private static final long UNLIMITED = -1;

    /// What the record of a user or group begins with: no limits, nothing used.
    public static final Quota UNUSED = new Quota(UNLIMITED, UNLIMITED, 0, 0);
}
