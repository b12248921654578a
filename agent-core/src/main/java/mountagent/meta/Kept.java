package mountagent.meta;

/// What becomes of a name that is removed.
public enum Kept {
    /// The trash keeps it, if the volume has one.
    IN_TRASH,
    /// It is gone at once.
    NOT
}
