package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KernelLimitsTest {
    @TempDir
    Path proc;

    @Test
    void limitIsNamedWithItsValue() throws Exception {
        Path folder = Files.createDirectories(proc.resolve("sys/fs/fuse"));
        Files.writeString(folder.resolve("default_request_timeout"), "0\n");
        Files.writeString(folder.resolve("max_request_timeout"), "45\n");
        String warning = new KernelLimits(proc).warning().orElseThrow();
        assertTrue(warning.contains("45 s (fs.fuse.max_request_timeout)"), warning);
    }

    @Test
    void kernelWithoutLimitsNeedsNoWarning() {
        assertEquals(Optional.empty(), new KernelLimits(proc).warning());
    }
}
