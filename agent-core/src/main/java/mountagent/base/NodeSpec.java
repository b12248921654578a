package mountagent.base;

/// What a new node is to be: its type, its permission bits before the caller's umask, and the device number of a
/// device.
public record NodeSpec(FileType type, int mode, int rdev) {
    public static NodeSpec file(int mode) {
        return new NodeSpec(FileType.FILE, mode, 0);
    }

    public static NodeSpec directory(int mode) {
        return new NodeSpec(FileType.DIRECTORY, mode, 0);
    }
}
