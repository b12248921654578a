package mountagent.service;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notes about the mounts that run, one file each, so that `umount` knows which process to wait for.
///
/// A note holds a process id with the time that process began: an id that has been given to another process
/// does not deceive.
final class RunningMounts {
    private static final Logger log = LoggerFactory.getLogger(RunningMounts.class);

    private final Path directory;

    RunningMounts(Path directory) {
        this.directory = directory;
    }

    /// Writes the note of this process for `mountPoint`. A failure is logged: the mount works without.
    void note(Path mountPoint, String volume) {
        var properties = new Properties();
        properties.setProperty("pid", Long.toString(ProcessHandle.current().pid()));
        properties.setProperty("began", began(ProcessHandle.current()));
        properties.setProperty("mountPoint", mountPoint.toString());
        properties.setProperty("volume", volume);
        var file = file(mountPoint);
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.createDirectories(directory);
            var text = new StringWriter();
            properties.store(text, null);
            Files.writeString(fresh, text.toString());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            log.warn("cannot write {}, so umount will not wait for this process: {}", file, e.getMessage());
        }
    }

    /// Removes the note for `mountPoint`, if it is this process's.
    void forget(Path mountPoint) {
        if (find(mountPoint).filter(ProcessHandle.current()::equals).isPresent()) {
            try {
                Files.deleteIfExists(file(mountPoint));
            } catch (IOException e) {
                log.warn("cannot remove {}: {}", file(mountPoint), e.getMessage());
            }
        }
    }

    /// The process that serves `mountPoint`, if there is a note and it still runs.
    Optional<ProcessHandle> find(Path mountPoint) {
        try {
            var properties = new Properties();
            properties.load(new StringReader(Files.readString(file(mountPoint))));
            var pid = Long.parseLong(properties.getProperty("pid", "0"));
            return ProcessHandle.of(pid).filter(process -> began(process).equals(properties.getProperty("began")));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            log.warn("cannot read {}: {}", file(mountPoint), e.getMessage());
            return Optional.empty();
        }
    }

    private Path file(Path mountPoint) {
        try {
            var digest = MessageDigest.getInstance("SHA-256")
                    .digest(mountPoint.toString().getBytes(StandardCharsets.UTF_8));
            return directory.resolve("mount-" + HexFormat.of().formatHex(digest, 0, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String began(ProcessHandle process) {
        return Long.toString(
                process.info().startInstant().map(Instant::toEpochMilli).orElse(0L));
    }
}
