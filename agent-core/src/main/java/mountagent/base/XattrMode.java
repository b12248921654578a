package mountagent.base;

/// Whether an extended attribute must be new or must exist.
public enum XattrMode {
    CREATE_OR_REPLACE,
    CREATE,
    REPLACE
}
