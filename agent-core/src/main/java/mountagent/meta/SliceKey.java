package mountagent.meta;

/// A stored slice: its id and its whole size in bytes, which together name its blocks.
public record SliceKey(long id, int size) {}
