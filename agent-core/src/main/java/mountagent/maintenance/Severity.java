package mountagent.maintenance;

/// How bad a [Finding] is.
public enum Severity {
    /// Worth knowing, nothing is wrong.
    NOTE,
    /// Wrong, but no program's data or names suffer: statistics that are off, space that nobody can use.
    WARNING,
    /// Data or names are lost or will be.
    ERROR
}
