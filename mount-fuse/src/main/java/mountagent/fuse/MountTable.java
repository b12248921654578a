package mountagent.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The mounts of this process's namespace, from `/proc/self/mountinfo` (proc_pid_mountinfo(5)): reading it
/// asks no file system, so it answers when a mount is dead or stuck.
final class MountTable {
    /// One mount: its device as `major:minor`, where, the type and what is mounted.
    record Entry(String device, String mountPoint, String type, String source) {
        /// The number of the FUSE connection.
        String connection() {
            return device.substring(device.indexOf(':') + 1);
        }
    }

    private final Path file;

    MountTable(Path proc) {
        this.file = proc.resolve("self/mountinfo");
    }

    /// The uppermost mount exactly at `mountPoint`, which must be an absolute path without links.
    Optional<Entry> at(Path mountPoint) throws IOException {
        String wanted = mountPoint.toString();
        Optional<Entry> found = Optional.empty();
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            String[] fields = line.split(" ", -1);
            int separator = 6;
            while (separator < fields.length && !fields[separator].equals("-")) {
                separator++;
            }
            if (separator + 2 >= fields.length) {
                continue;
            }
            String at = unescape(fields[4]);
            if (at.equals(wanted)) {
                found = Optional.of(
                        new Entry(fields[2], at, unescape(fields[separator + 1]), unescape(fields[separator + 2])));
            }
        }
        return found;
    }

    /// Undoes `\ooo` for blanks and the like; the bytes are UTF-8.
    private static String unescape(String field) {
        var bytes = new byte[field.length()];
        int count = 0;
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\' && i + 3 < field.length()) {
                bytes[count++] = (byte) Integer.parseInt(field.substring(i + 1, i + 4), 8);
                i += 3;
            } else {
                bytes[count++] = (byte) c;
            }
        }
        return new String(bytes, 0, count, StandardCharsets.UTF_8);
    }
}
