package mountagent.base;

/// The bits of a node's flag byte (reference: volume-format.md §1).
public final class NodeFlag {
    public static final int IMMUTABLE = 0x01;
    public static final int APPEND_ONLY = 0x02;
    public static final int WINDOWS_HIDDEN = 0x04;
    public static final int WINDOWS_SYSTEM = 0x08;
    public static final int WINDOWS_ARCHIVE = 0x10;
    public static final int SKIP_TRASH = 0x20;

    private NodeFlag() {}
}
