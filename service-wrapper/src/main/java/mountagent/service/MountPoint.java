package mountagent.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The directory a volume is to be shown at: made when it is missing, refused when it cannot serve.
final class MountPoint {
    private static final Logger log = LoggerFactory.getLogger(MountPoint.class);

    /// What there may be in the directory.
    enum Contents {
        MUST_BE_EMPTY,
        MAY_BE_HIDDEN
    }

    private MountPoint() {}

    /// `path` without symbolic links, ready to be mounted on. A dead mount of ours on it, left by a process that was
    /// killed, is cleared away.
    static Path prepare(Path path, Contents contents, Unmounter unmounter) throws CommandFailure, InterruptedException {
        try {
            var real = withoutLinks(path);
            clearDeadMount(real, unmounter);
            if (!Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(real);
            }
            check(real, contents);
            return real;
        } catch (IOException e) {
            throw new CommandFailure("cannot use mount point " + path + ": " + Reasons.of(e), e);
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

    private static void clearDeadMount(Path path, Unmounter unmounter)
            throws CommandFailure, InterruptedException, IOException {
        var mount = MountTable.read().at(path);
        if (mount.isEmpty() || Files.exists(path)) {
            return;
        }
        if (!mount.get().isJuicefs()) {
            throw new CommandFailure(
                    "mount point " + path + " is a dead mount of " + mount.get().source() + " ("
                            + mount.get().type() + "): unmount it first (umount -l " + path + ")");
        }
        log.warn(
                "{} is a dead mount of {}, left by a process that was killed: unmounting it",
                path,
                mount.get().source());
        unmounter.detach(path);
    }

    private static void check(Path path, Contents contents) throws CommandFailure, IOException {
        if (path.getParent() == null) {
            throw new CommandFailure("should not mount on the root directory");
        }
        if (!Files.isDirectory(path)) {
            throw new CommandFailure("mount point " + path + " is not a directory: give a directory, or a path where"
                    + " there is nothing yet");
        }
        var mount = MountTable.read().at(path);
        if (mount.isPresent()) {
            throw new CommandFailure("mount point " + path + " is in use: "
                    + mount.get().source() + " ("
                    + mount.get().type() + ") is mounted there; "
                    + (mount.get().isJuicefs() ? "unmount it first (juicefs umount " + path + ")" : "choose another"));
        }
        if (contents == Contents.MUST_BE_EMPTY && !isEmpty(path)) {
            throw new CommandFailure("mount point " + path
                    + " is not empty: choose an empty directory, or hide what is there with -o nonempty");
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (var entries = Files.newDirectoryStream(directory)) {
            return !entries.iterator().hasNext();
        }
    }
}
