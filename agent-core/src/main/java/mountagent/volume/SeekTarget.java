package mountagent.volume;

/// What a seek looks for.
public enum SeekTarget {
    DATA,
    HOLE
}
