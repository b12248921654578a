package mountagent.volume;

/// An open file. Made by [VolumeFs#open] or [VolumeFs#create], ended by [VolumeFs#release]; opaque to front ends.
public interface FileHandle {
    /// The inode that is open.
    long inode();

    /// How it was opened.
    OpenSpec spec();

    /// Whether a front end may keep what it has cached of the contents: they are as they were when it was last open.
    boolean mayKeepCache();

    /// Whether a front end must keep nothing of the contents and ask for every read, whatever length the attributes
    /// show.
    boolean bypassesCache();
}
