package mountagent.meta;

/// What nodes add up to: bytes of files, bytes of space, files (everything but directories), directories.
public record TreeUse(long length, long space, long files, long directories) {
    static final TreeUse NONE = new TreeUse(0, 0, 0, 0);

    static TreeUse of(Node node) {
        DirStat use = Change.useOf(node);
        boolean isDirectory = node.isDirectory();
        return new TreeUse(use.length(), use.space(), isDirectory ? 0 : 1, isDirectory ? 1 : 0);
    }

    TreeUse plus(TreeUse other) {
        return new TreeUse(
                length + other.length, space + other.space, files + other.files, directories + other.directories);
    }

    TreeUse minus(TreeUse other) {
        return new TreeUse(
                length - other.length, space - other.space, files - other.files, directories - other.directories);
    }
}
