package mountagent.tests.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;

/// Where the peer's native library is: the build takes it, packed, out of the published SDK (pom.xml of this module).
final class PeerFiles {
    private static final String PROPERTY = "interop.peer";

    private PeerFiles() {}

    /// The library, unpacked beside what the build took out, once a build. Where the build took none the test is
    /// aborted,
    /// not passed.
    static Path library() throws IOException {
        var name = System.getProperty(PROPERTY, "");
        Assumptions.assumeFalse(
                name.isEmpty(),
                "no peer to test against: -D" + PROPERTY + " is not set, which Maven does on linux-amd64 only");
        var packed = Path.of(name);
        var library = packed.resolveSibling("libjfs.so");
        if (Files.notExists(library)) {
            var part = Files.createTempFile(packed.getParent(), "libjfs", ".part");
            try (var content = new GZIPInputStream(Files.newInputStream(packed))) {
                Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(part, library, StandardCopyOption.ATOMIC_MOVE);
        }
        return library;
    }
}
