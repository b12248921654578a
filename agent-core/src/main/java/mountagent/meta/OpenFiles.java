package mountagent.meta;

/// Knows which inodes are open in this client. Asked inside transactions and right after them: must not block, and
/// must say yes from before an open looks at the node until after its last close has begun.
@FunctionalInterface
public interface OpenFiles {
    /// Nothing is ever open.
    OpenFiles NONE = _ -> false;

    /// Whether `inode` is open here.
    boolean isOpen(long inode);
}
