package mountagent.tests.programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// The program under test as a command, made of the classes of this build: what the launcher would start.
///
/// `home` gets its volumes, notes and logs, so that nothing of the user's is touched.
final class Program {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private final Path home;
    private final Path launcher;

    /// What a command ended with and printed.
    record Result(int status, String output) {}

    Program(Path home) throws IOException {
        this.home = home;
        this.launcher = home.resolve("juicefs");
        var classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var script = """
                #!/bin/sh
                export HOME='%s' XDG_RUNTIME_DIR='%s'
                exec '%s/bin/java' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m -Xshare:auto \
                    --enable-native-access=ALL-UNNAMED -cp '%s' mountagent.cli.Main "$@"
                """.formatted(home, home, System.getProperty("java.home"), classPath);
        Files.writeString(launcher, script);
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// Tests that mount are aborted, not passed, where that cannot be done.
    static void assumeMounting() {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse that may be used");
    }

    /// The file that starts it.
    Path launcher() {
        return launcher;
    }

    /// Runs `juicefs` with `args` to its end.
    Result run(Object... args) throws IOException, InterruptedException {
        var output = Files.createTempFile(home, "output", ".txt");
        var process = start(output, args);
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(List.of(args) + " did not end:\n" + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output));
    }

    /// Starts `juicefs` with `args`; what it prints goes to `output`.
    Process start(Path output, Object... args) throws IOException {
        var command = new ArrayList<String>();
        command.add(launcher.toString());
        for (var arg : args) {
            command.add(arg.toString());
        }
        return new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /// Waits until `condition` holds.
    static void await(String what, Condition condition) throws Exception {
        var end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("within " + LIMIT.toSeconds() + " s it did not come about that " + what);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /// Something to wait for.
    interface Condition {
        boolean holds() throws Exception;
    }

    /// Whether a file system is mounted at `path`, dead or alive.
    static boolean isMounted(Path path) throws IOException {
        return Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + path + " ");
    }
}
