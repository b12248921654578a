package mountagent.meta;

import mountagent.base.Bytes;

/// A place in a scan, made by the engine and handed back to it.
public record Cursor(Bytes position) {
    /// Before the first record.
    public static final Cursor START = new Cursor(Bytes.EMPTY);
}
