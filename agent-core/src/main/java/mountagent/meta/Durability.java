package mountagent.meta;

/// What a change has survived when it returns (see docs/semantics.md).
public enum Durability {
    /// Visible to all, survives the end of the process.
    COMMITTED,
    /// Survives a power cut too, and so does everything committed before it.
    POWER_SAFE
}
