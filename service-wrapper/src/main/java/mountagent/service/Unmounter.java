package mountagent.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends mounts that other processes serve.
public final class Unmounter {
    private static final Logger log = LoggerFactory.getLogger(Unmounter.class);

    private static final Duration COMMAND_LIMIT = Duration.ofMinutes(1);

    // how long a process that was told to stop waiting is given to end by itself
    private static final Duration FORCED_LIMIT = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final Duration REPORT_EVERY = Duration.ofSeconds(10);

    private final Environment environment;
    private final RunningMounts running;

    public Unmounter(Environment environment) {
        this.environment = environment;
        this.running = new RunningMounts(Places.of(environment).running());
    }

    /// Ends the mount at `path` in order. When it returns, everything written is stored and the process that
    /// served the mount has ended, if it was ours.
    public void unmount(Path path) throws CommandFailure, InterruptedException {
        var mount = find(path);
        var process = running.find(mount.mountPoint());
        command(mount.mountPoint(), List.of());
        if (process.isPresent()) {
            awaitStored(mount.mountPoint(), process.get());
        } else {
            log.debug("no note of the process behind {}: not waiting for it", mount.mountPoint());
        }
    }

    /// Detaches the mount at `path` whatever is under way, and kills the process that served it if that does
    /// not end by itself soon: what was written and neither closed nor synced may be lost.
    public void unmountForced(Path path) throws CommandFailure, InterruptedException {
        var mount = find(path);
        var process = running.find(mount.mountPoint());
        abort(mount);
        detach(mount.mountPoint());
        if (process.isPresent() && !hasEnded(process.get(), FORCED_LIMIT)) {
            log.warn(
                    "process {} is still storing what was written to {}: killed",
                    process.get().pid(),
                    mount.mountPoint());
            process.get().destroyForcibly();
            hasEnded(process.get(), FORCED_LIMIT);
        }
    }

    /// Takes the mount at `path` out of the tree at once; programs that are in it stay in it.
    void detach(Path path) throws CommandFailure, InterruptedException {
        command(path, environment.isRoot() ? List.of("-l") : List.of("-z"));
    }

    private MountTable.Entry find(Path path) throws CommandFailure {
        try {
            var real = MountPoint.withoutLinks(path);
            var mount = MountTable.read().at(real);
            if (mount.isEmpty()) {
                throw new CommandFailure(path + " is not a mount point: nothing to unmount");
            }
            if (!mount.get().isJuicefs()) {
                throw new CommandFailure(path + " is not a JuiceFS mount point: "
                        + mount.get().source() + " (" + mount.get().type() + ") is mounted there");
            }
            return mount.get();
        } catch (IOException e) {
            throw new CommandFailure("cannot unmount " + path + ": " + Reasons.of(e), e);
        }
    }

    private void command(Path path, List<String> options) throws CommandFailure, InterruptedException {
        var command = new ArrayList<String>();
        if (environment.isRoot()) {
            command.add(program("umount", "util-linux").toString());
        } else {
            command.add(program("fusermount3", "fuse3").toString());
            command.add("-u");
        }
        command.addAll(options);
        command.addAll(List.of("--", path.toString()));
        try {
            var result = SystemCommand.run(command, COMMAND_LIMIT);
            if (!result.isSuccess()) {
                throw new CommandFailure("cannot unmount " + path + ": "
                        + result.output().lines().findFirst().orElse("status " + result.status())
                        + (result.output().contains("busy") ? "; end the programs that use it, or give --force" : ""));
            }
        } catch (IOException e) {
            throw new CommandFailure("cannot unmount " + path + ": " + Reasons.of(e), e);
        }
    }

    private Path program(String name, String debianPackage) throws CommandFailure {
        return SystemCommand.find(environment, name)
                .orElseThrow(() -> new CommandFailure(
                        name + " is missing: install the package " + debianPackage + " (Debian, Ubuntu, Fedora)"));
    }

    // Requests that wait for a server that is away end at once when the connection is aborted; only root may.
    private static void abort(MountTable.Entry mount) {
        var file = Path.of("/sys/fs/fuse/connections/" + mount.deviceMinor() + "/abort");
        if (Files.isWritable(file)) {
            try {
                Files.writeString(file, "1");
            } catch (IOException e) {
                log.debug("cannot abort the connection of {}: {}", mount.mountPoint(), e.getMessage());
            }
        }
    }

    private static void awaitStored(Path mountPoint, ProcessHandle process)
            throws CommandFailure, InterruptedException {
        for (var waited = Duration.ZERO; waited.compareTo(PATIENCE) < 0; waited = waited.plus(REPORT_EVERY)) {
            if (hasEnded(process, REPORT_EVERY)) {
                return;
            }
            log.info("process {} is still storing what was written to {}", process.pid(), mountPoint);
        }
        throw new CommandFailure(mountPoint + " is unmounted, but process " + process.pid()
                + " is still storing what was written there: see its log");
    }

    private static boolean hasEnded(ProcessHandle process, Duration limit) throws InterruptedException {
        try {
            process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException _) {
            return !process.isAlive();
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for a process cannot fail", e);
        }
    }

    /// The process that serves the mount at `path`, if it is ours and known.
    Optional<ProcessHandle> processBehind(Path path) {
        return running.find(path);
    }
}
