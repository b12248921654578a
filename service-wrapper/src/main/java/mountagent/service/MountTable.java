package mountagent.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the kernel says is mounted (proc_pid_mountinfo(5)).
final class MountTable {
    /// The type our mounts have there, and those of the official client.
    static final String TYPE = "fuse.juicefs";

    private final List<Entry> entries;

    /// A mount: where, the type of its file system, what it shows, and the minor number of its device, which
    /// is the number of a FUSE connection.
    record Entry(Path mountPoint, String type, String source, int deviceMinor) {
        boolean isJuicefs() {
            return type.equals(TYPE);
        }
    }

    private MountTable(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /// The mounts of this process's mount namespace as they are now.
    static MountTable read() throws IOException {
        // names are bytes: ISO 8859-1 keeps each as it is until it is unescaped
        return parse(Files.readString(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1));
    }

    static MountTable parse(String text) {
        var entries = new ArrayList<Entry>();
        for (var line : text.lines().toList()) {
            var fields = line.split(" ");
            var separator = List.of(fields).indexOf("-");
            if (separator >= 6 && fields.length > separator + 2) {
                var minor = Integer.parseInt(fields[2].substring(fields[2].indexOf(':') + 1));
                entries.add(new Entry(
                        Path.of(unescaped(fields[4])), fields[separator + 1], unescaped(fields[separator + 2]), minor));
            }
        }
        return new MountTable(entries);
    }

    /// The topmost mount on exactly this path, which must be absolute and without symbolic links.
    Optional<Entry> at(Path path) {
        return entries.reversed().stream()
                .filter(entry -> entry.mountPoint().equals(path))
                .findFirst();
    }

    private static String unescaped(String field) {
        var bytes = field.getBytes(StandardCharsets.ISO_8859_1);
        var result = new byte[bytes.length];
        var length = 0;
        for (var i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\\' && i + 3 < bytes.length) {
                result[length++] = (byte) Integer.parseInt(field.substring(i + 1, i + 4), 8);
                i += 3;
            } else {
                result[length++] = bytes[i];
            }
        }
        return new String(result, 0, length, StandardCharsets.UTF_8);
    }
}
