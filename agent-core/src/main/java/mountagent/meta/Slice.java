package mountagent.meta;

/// One record of a chunk's list: bytes `[off, off + len)` of slice `id`, whose whole size is `size`, shown at
/// `pos` of the chunk. `id` 0 means zeros; then `size` and `off` mean nothing (reference: volume-format.md §3).
public record Slice(int pos, long id, int size, int off, int len) {
    /// A record of zeros at `pos`.
    public static Slice zeros(int pos, int len) {
        return new Slice(pos, 0, 0, 0, len);
    }

    /// A record that shows all of a slice.
    public static Slice whole(int pos, long id, int size) {
        return new Slice(pos, id, size, 0, size);
    }

    /// Whether the range reads as zeros.
    public boolean isZeros() {
        return id == 0;
    }

    /// First position of the chunk after the range.
    public int end() {
        return pos + len;
    }
}
