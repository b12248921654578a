package mountagent.service.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The umask of this process, which Java does not tell.
final class ProcessUmask {
    private static final int USUAL = 022;

    private ProcessUmask() {}

    /// As Linux says; elsewhere the usual one.
    static int read() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return USUAL;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("Umask:")) {
                return Integer.parseInt(line.substring("Umask:".length()).strip(), 8);
            }
        }
        return USUAL;
    }
}
