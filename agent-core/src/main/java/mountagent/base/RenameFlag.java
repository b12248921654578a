package mountagent.base;

/// What a rename may be asked for beyond moving.
public enum RenameFlag {
    /// Fail with EEXIST when the new name is there.
    NO_REPLACE,
    /// Swap the two.
    EXCHANGE,
    /// Leave a whiteout behind; ENOTSUP.
    WHITEOUT,
    /// Move out of the trash into a directory that may lie there itself: for restoring, not for programs.
    RESTORE
}
