package mountagent.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Settings of the kernel's FUSE that an administrator may have made and that end mounts (fuse.md §10.13).
final class KernelLimits {
    private final Path folder;

    KernelLimits(Path proc) {
        this.folder = proc.resolve("sys/fs/fuse");
    }

    /// What is to be said about a limit to how long a request may take: past it the kernel aborts the whole
    /// mount, and a store that is slow for a while takes longer than that. Kernels before 6.15 have no such
    /// limit.
    Optional<String> warning() {
        for (String name : new String[] {"default_request_timeout", "max_request_timeout"}) {
            long seconds = read(folder.resolve(name));
            if (seconds > 0) {
                return Optional.of("the kernel aborts mounts whose requests take longer than " + seconds
                        + " s (fs.fuse." + name + "): a store that is slow for as long ends this one;"
                        + " set it to 0 or to several minutes");
            }
        }
        return Optional.empty();
    }

    private static long read(Path file) {
        try {
            return Files.exists(file)
                    ? Long.parseLong(
                            Files.readString(file, StandardCharsets.US_ASCII).strip())
                    : 0;
        } catch (IOException | NumberFormatException _) {
            return 0; // what cannot be read sets no limit that we could speak of
        }
    }
}
