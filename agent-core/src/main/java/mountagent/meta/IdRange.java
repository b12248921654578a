package mountagent.meta;

/// Ids `[first, first + count)`, owned by whoever drew them.
public record IdRange(long first, int count) {}
