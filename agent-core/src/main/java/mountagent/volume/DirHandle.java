package mountagent.volume;

/// An open directory with the place a listing has come to. Not to be used by two threads at once.
public interface DirHandle {
    /// The directory.
    long inode();
}
