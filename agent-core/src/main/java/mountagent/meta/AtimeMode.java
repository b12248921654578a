package mountagent.meta;

/// When reading moves a node's time of access (reference: semantics.md §14).
public enum AtimeMode {
    /// Never.
    NOATIME,
    /// When it is not after the times of change, or a day old.
    RELATIME,
    /// As RELATIME, or when it is a second old.
    STRICTATIME
}
