package mountagent.meta;

/// What a quota is set on: `id` is an inode, a uid or a gid.
public record QuotaKey(Kind kind, long id) {
    /// Whose.
    public enum Kind {
        DIRECTORY,
        USER,
        GROUP
    }
}
