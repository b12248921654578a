package mountagent.volume;

/// What an fsync is to cover.
public enum SyncMode {
    DATA_ONLY,
    DATA_AND_ATTRIBUTES
}
