package mountagent.service;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Runs programs of the system, with a limit of time.
final class SystemCommand {
    private SystemCommand() {}

    /// What a program ended with and said.
    record Result(int status, String output) {
        boolean isSuccess() {
            return status == 0;
        }
    }

    /// The first of `names` that is on the PATH or in a folder of the system's programs.
    static Optional<Path> find(Environment environment, String... names) {
        var variable = environment.variable("PATH");
        var path = (variable == null ? "" : variable + ":") + "/usr/sbin:/usr/bin:/sbin:/bin";
        for (var name : names) {
            for (var folder : path.split(":")) {
                var file = Path.of(folder.isEmpty() ? "." : folder).resolve(name);
                if (Files.isExecutable(file)) {
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }

    /// Runs `command` to its end, or kills it after `limit`. Its standard input is empty.
    static Result run(List<String> command, Duration limit) throws IOException, InterruptedException {
        var output = Files.createTempFile("juicefs-", ".out");
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor(1, TimeUnit.SECONDS);
                throw new IOException(command.getFirst() + " did not end within " + limit.toSeconds() + " s");
            }
            return new Result(
                    process.exitValue(),
                    Files.readString(output, Charset.defaultCharset()).strip());
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
