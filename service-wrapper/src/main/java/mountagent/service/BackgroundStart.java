package mountagent.service;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import mountagent.base.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts this program once more, detached from the terminal, and waits until its mount is ready or has
/// failed.
///
/// A Java process cannot fork, so the second one is started with the same command line in a session of its
/// own (setsid(1)). It tells on its standard output, a pipe: [#READY] and the volume's name, or [#FAILED] and
/// why, and before that what it warns of. What it logs goes to a file. A password in a metadata URL is not among its
/// arguments, which everybody may see, but in its environment, which only the same user may.
public final class BackgroundStart {
    private static final Logger log = LoggerFactory.getLogger(BackgroundStart.class);

    private static final String READY = "ready ";
    private static final String FAILED = "failed ";
    private static final String WARNING = "warning ";
    private static final String INSIDE = "MOUNTAGENT_BACKGROUND";
    private static final String VOLUME = "MOUNTAGENT_VOLUME";
    private static final int TIMEOUT_SECONDS = 30;

    private final Environment environment;

    public BackgroundStart(Environment environment) {
        this.environment = environment;
    }

    /// Whether this process is the one that was started in the background.
    public static boolean isInside(Environment environment) {
        return environment.variable(INSIDE) != null;
    }

    /// What was typed as the volume: in the process in the background, with the password that its arguments lack.
    public static String volume(Environment environment, String operand) {
        var whole = environment.variable(VOLUME);
        return isInside(environment) && whole != null ? whole : operand;
    }

    /// Starts the second process and returns once its mount is ready. `volume` is what was typed; `logFile` gets what
    /// it logs.
    public ExitCode run(String volume, Path mountPoint, Path logFile) throws CommandFailure, InterruptedException {
        var process = start(volume, logFile);
        var limit = timeout();
        var answer = CompletableFuture.supplyAsync(
                () -> firstAnswer(process),
                task -> Threads.platform("background-").newThread(task).start());
        try {
            var line = answer.get(limit.toSeconds(), TimeUnit.SECONDS);
            if (line.startsWith(READY)) {
                log.info("OK, {} is ready at \"{}\"", line.substring(READY.length()), mountPoint);
                return ExitCode.OK;
            }
            throw new CommandFailure(
                    line.startsWith(FAILED)
                            ? line.substring(FAILED.length())
                            : "the mount process ended before it was ready, please check the log (\"" + logFile
                                    + "\")");
        } catch (TimeoutException e) {
            process.destroy();
            throw new CommandFailure(
                    "The mount point is not ready in " + limit.toSeconds() + " seconds (" + mountPoint
                            + "), please check the log (\"" + logFile + "\"); the mount process was told to end",
                    e);
        } catch (ExecutionException e) {
            throw new CommandFailure("cannot read what the mount process says: " + e.getMessage(), e);
        }
    }

    /// What runs in the background: tells `ready` the volume's name once it serves, and returns when it has ended.
    @FunctionalInterface
    public interface Inside {
        ExitCode run(Consumer<String> ready) throws CommandFailure, InterruptedException;
    }

    /// For the process in the background: runs `work` and tells the one that waits, on `out`, what it warns of until it
    /// is ready, and that it is or why not.
    public static ExitCode runInside(PrintWriter out, Inside work) throws CommandFailure, InterruptedException {
        try (var warnings = WarningRelay.to(
                text -> tell(out, WARNING + text.lines().findFirst().orElse("")))) {
            return work.run(volume -> {
                warnings.stop();
                tell(out, READY + volume);
            });
        } catch (CommandFailure failure) {
            tell(out, FAILED + failure.text().lines().findFirst().orElse(""));
            throw failure;
        }
    }

    private static void tell(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }

    private Process start(String volume, Path logFile) throws CommandFailure {
        var command = new ArrayList<String>();
        SystemCommand.find(environment, "setsid").ifPresent(setsid -> command.add(setsid.toString()));
        try {
            var shown = RedisVolumes.shown(volume);
            command.addAll(ownCommandLine().stream()
                    .map(argument -> argument.equals(volume) ? shown : argument)
                    .toList());
            var folder = logFile.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            var builder = new ProcessBuilder(command)
                    .directory(new java.io.File("/"))
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .redirectError(ProcessBuilder.Redirect.appendTo(logFile.toFile()));
            builder.environment().put(INSIDE, "1");
            builder.environment().put(VOLUME, volume);
            builder.environment()
                    .put(Environment.DIRECTORY, environment.directory().toString());
            return builder.start();
        } catch (IOException e) {
            throw new CommandFailure("cannot start a mount in the background: " + Reasons.of(e), e);
        }
    }

    // ProcessHandle.Info cuts long command lines
    private static List<String> ownCommandLine() throws IOException {
        var line = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
        var parts = new ArrayList<>(List.of(line.split("\0", -1)));
        parts.removeLast();
        parts.set(0, Files.readSymbolicLink(Path.of("/proc/self/exe")).toString());
        return parts;
    }

    private static String firstAnswer(Process process) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            var line = lines.readLine();
            while (line != null && !line.startsWith(READY) && !line.startsWith(FAILED)) {
                if (line.startsWith(WARNING)) {
                    log.warn("{}", line.substring(WARNING.length()));
                }
                line = lines.readLine();
            }
            return line == null ? "" : line;
        } catch (IOException e) {
            return "";
        }
    }

    private Duration timeout() {
        var value = environment.variable("JFS_MOUNT_TIMEOUT");
        var isNumber = value != null && value.matches("[1-9]\\d{0,5}");
        return Duration.ofSeconds(isNumber ? Integer.parseInt(value) : TIMEOUT_SECONDS);
    }
}
