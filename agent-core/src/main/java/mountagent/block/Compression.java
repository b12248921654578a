package mountagent.block;

/// How the bytes of a block are stored (reference: volume-format.md §5).
public enum Compression {
    NONE,
    /// One raw LZ4 block without frame or length.
    LZ4,
    /// One Zstandard frame, level 1.
    ZSTD;

    /// The constant for a volume's `Compression` setting: empty, `none`, `lz4`, `zstd`.
    public static Compression named(String setting) {
        return switch (setting) {
            case "", "none" -> NONE;
            case "lz4" -> LZ4;
            case "zstd" -> ZSTD;
            default -> throw new IllegalArgumentException("unknown compression \"" + setting + "\": none, lz4 or zstd");
        };
    }
}
