package mountagent.service.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mountagent.service.CommandFailure;

/// A directory where a volume is mounted, and its virtual files.
final class MountPlace {
    private static final long ROOT = 1;

    private final Path path;

    private MountPlace(Path path) {
        this.path = path;
    }

    /// Refuses what is not the root of a mount.
    static MountPlace of(Path path) throws CommandFailure {
        try {
            if (Files.getAttribute(path, "unix:ino") instanceof Long inode && inode == ROOT) {
                return new MountPlace(path);
            }
        } catch (IOException | UnsupportedOperationException e) {
            throw new CommandFailure("lookup inode for \"" + path + "\": " + e.getMessage(), e);
        }
        throw new CommandFailure("path \"" + path + "\" is not a mount point");
    }

    /// The virtual file `word`, under the longer of its two names if that is there (`--prefix-internal`).
    Path virtual(String word) {
        Path prefixed = path.resolve(".jfs." + word);
        return Files.exists(prefixed) ? prefixed : path.resolve("." + word);
    }
}
