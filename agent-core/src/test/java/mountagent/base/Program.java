package mountagent.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Programs of the machine, run by the shell.
public final class Program {
    private Program() {}

    public static Process start(Path directory, String script) throws Exception {
        return new ProcessBuilder("sh", "-ec", script)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
    }

    /// Runs `script` and returns what it wrote; fails when it does.
    public static String run(Path directory, String script) throws Exception {
        Process process = start(directory, script);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), () -> "still running: " + script);
        assertEquals(0, process.exitValue(), () -> script + " said: " + output);
        return output.strip();
    }
}
