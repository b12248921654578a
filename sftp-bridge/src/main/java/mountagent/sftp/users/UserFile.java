package mountagent.sftp.users;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The file of users. It holds hashes of passwords: only its owner may read or change it, and a file that
/// others may is refused.
public final class UserFile {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path path;

    /// The one at `path`.
    public UserFile(Path path) {
        this.path = path;
    }

    /// Whether a user may be called so.
    public static boolean isName(String name) {
        return UserText.isName(name);
    }

    /// Where it is.
    public Path path() {
        return path;
    }

    /// All users by name; none when there is no file. IOException when it cannot be read, is open to others,
    /// or when a line is wrong: the message names the file and the line.
    public Map<String, SftpUser> read() throws IOException {
        try {
            requirePrivate();
            return UserText.parse(path.toString(), Files.readString(path, StandardCharsets.UTF_8));
        } catch (NoSuchFileException _) {
            return new TreeMap<>();
        }
    }

    private void requirePrivate() throws IOException {
        var others = EnumSet.copyOf(Files.getPosixFilePermissions(path));
        others.removeAll(OWNER_ONLY);
        others.remove(PosixFilePermission.OWNER_EXECUTE);
        if (!others.isEmpty()) {
            throw new IOException(path + " may be read or changed by others than its owner: chmod 600 " + path);
        }
    }

    /// Replaces all users, as a whole: a reader finds the old file or the new one.
    public void write(Map<String, SftpUser> users) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try (var out = java.nio.channels.FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            var text = StandardCharsets.UTF_8.encode(UserText.write(users));
            while (text.hasRemaining()) {
                out.write(text);
            }
            out.force(true);
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// What changes when the file does.
    String version() {
        return FileVersion.of(path);
    }
}
