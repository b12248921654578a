package mountagent.meta;

/// The sequences that ids are drawn from. An id is never handed out twice, not even after a power cut.
public enum IdKind {
    INODE,
    SLICE,
    SESSION,
    /// Directories of the trash, numbered from 1.
    TRASH,
    /// ACL rules.
    ACL
}
