package mountagent.service;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// The directory a volume is to be shown at. Whether it can serve is the front end's to say.
final class MountPoint {
    private MountPoint() {}

    /// Makes the directory if there is nothing at `path`, and returns it without symbolic links.
    static Path make(Path path) throws CommandFailure {
        try {
            var real = withoutLinks(path);
            if (!Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
                makeDirectory(real);
            }
            return real;
        } catch (IOException e) {
            throw new CommandFailure("cannot make mount point " + path + ": " + Reasons.of(e), e);
        }
    }

    // A dead mount looks like nothing until one tries.
    private static void makeDirectory(Path path) throws IOException {
        try {
            Files.createDirectories(path);
        } catch (FileAlreadyExistsException e) {
            if (MountTable.read().at(path).isEmpty()) {
                throw e;
            }
        }
    }

    /// The form of `path` that the kernel's table of mounts has, also if the mount on it is dead.
    static Path withoutLinks(Path path) throws IOException {
        if (Files.exists(path)) {
            return path.toRealPath();
        }
        var parent = path.getParent();
        var name = path.getFileName();
        return parent == null || name == null ? path : withoutLinks(parent).resolve(name);
    }
}
