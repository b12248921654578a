package mountagent.base;

/// The place of a directory entry: the inode of the directory and the name in it.
public record DentryKey(long parent, FileName name) {
    @Override
    public String toString() {
        return parent + "/" + name;
    }
}
