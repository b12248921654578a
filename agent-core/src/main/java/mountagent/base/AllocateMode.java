package mountagent.base;

/// What an allocation does to a range.
public enum AllocateMode {
    /// Makes the file long enough for the range.
    EXTEND,
    /// Nothing that anybody could see.
    KEEP_SIZE,
    /// Makes the range read as zeros; the length stays.
    PUNCH_HOLE,
    /// Makes the range read as zeros and the file long enough for it.
    ZERO_RANGE,
    /// Makes the range read as zeros; the length stays.
    ZERO_RANGE_KEEP_SIZE
}
