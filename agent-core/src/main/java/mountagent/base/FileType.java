package mountagent.base;

/// What kind of node an inode is.
public enum FileType {
    FILE,
    DIRECTORY,
    SYMLINK,
    FIFO,
    BLOCK_DEVICE,
    CHARACTER_DEVICE,
    SOCKET;

    /// Whether nodes of this type have a length of their own that counts as used space.
    public boolean hasData() {
        return this == FILE;
    }
}
