package mountagent.tests.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import mountagent.tests.tidy.RepositoryRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The short form of `tests/real-programs`; by hand the long one takes a few minutes.
final class RealProgramsTest {
    private static final int LIMIT_MINUTES = 10;

    @TempDir
    Path home = Path.of("/");

    @Test
    void realProgramsWorkOnAMountAndFindEverythingAgain() throws Exception {
        Program.assumeMounting();
        var script = RepositoryRoot.find().resolve("tests/real-programs");
        var work = home.toRealPath().resolve("work");
        var output = home.resolve("output.txt");
        var builder = new ProcessBuilder(script.toString(), "--short", work.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JUICEFS", new Program(home).launcher().toString());
        var process = builder.start();
        assertTrue(
                process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES), "still running after " + LIMIT_MINUTES + " minutes");
        var printed = Files.readString(output);
        assertEquals(0, process.exitValue(), printed);
        assertTrue(printed.endsWith(" passed, 0 failed\n"), printed);
    }
}
