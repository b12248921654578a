package mountagent.service.tools;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// What the operating system says of a path in a mount.
final class MountNode {
    private static final long ROOT = 1;

    private MountNode() {}

    /// The inode of a path; symbolic links are followed unless told otherwise.
    static long inode(Path path, LinkOption... options) throws IOException {
        return number(path, "unix:ino", options);
    }

    static long device(Path path, LinkOption... options) throws IOException {
        return number(path, "unix:dev", options);
    }

    private static long number(Path path, String attribute, LinkOption... options) throws IOException {
        try {
            return Files.getAttribute(path, attribute, options) instanceof Number number ? number.longValue() : 0;
        } catch (NoSuchFileException e) {
            throw new IOException("stat " + path + ": no such file or directory", e);
        } catch (UnsupportedOperationException e) {
            throw new IOException("stat " + path + ": inode numbers are not known on this system", e);
        }
    }

    /// The root of the mount that `path`, which is real, lies in; the path itself if no directory above is
    /// one.
    static Path rootOf(Path path) throws IOException {
        long device = device(path);
        Path current = Files.isDirectory(path) ? path : path.getParent();
        while (current != null && device(current) == device) {
            if (inode(current) == ROOT) {
                return current;
            }
            current = current.getParent();
        }
        throw new IOException(path + " is not inside a mount");
    }

    /// The directory that a path lies in.
    static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    /// The bytes of a file's name as the operating system has them.
    static byte[] nameOf(Path path) {
        Path name = path.getFileName();
        String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
        Charset charset = Charset.isSupported(encoding) ? Charset.forName(encoding) : StandardCharsets.UTF_8;
        return name == null ? new byte[0] : name.toString().getBytes(charset);
    }
}
