package mountagent.service;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/// The volumes that this user knows by name: `NAME.conf` each, mode 0600 since a metadata URL may hold a
/// password.
///
/// A file has a line `meta = URL` and may have a line `options = FLAGS`, flags of `mount` for each mount by
/// that name.
public final class VolumeRegistry {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

    private final Path directory;

    /// A volume known by name.
    public record Registered(String name, String metaUrl, String options) {
        /// The flags, split at blanks.
        public List<String> flags() {
            return options.isBlank() ? List.of() : List.of(options.strip().split("\\s+"));
        }
    }

    /// The registry kept in `directory`, which is made when the first volume is registered.
    public VolumeRegistry(Path directory) {
        this.directory = directory;
    }

    /// Whether `name` may be a volume's: 3 to 63 of a-z, 0-9 and -, with a letter or digit at both ends.
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /// The volume called `name`, if it is registered.
    public Optional<Registered> find(String name) throws CommandFailure {
        if (!isName(name)) {
            return Optional.empty();
        }
        var file = file(name);
        try {
            var properties = new Properties();
            properties.load(new StringReader(Files.readString(file)));
            var url = properties.getProperty("meta", "").strip();
            if (url.isEmpty()) {
                throw new CommandFailure(file + " has no line \"meta = URL\": write one, or remove the file");
            }
            return Optional.of(new Registered(name, url, properties.getProperty("options", "")));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailure("cannot read the registered volume " + file + ": " + e.getMessage(), e);
        }
    }

    /// Registers `name` for `metaUrl`. Options that were registered with the same URL stay.
    public void register(String name, String metaUrl) throws CommandFailure {
        var options = find(name)
                .filter(known -> known.metaUrl().equals(metaUrl))
                .map(Registered::options)
                .orElse("");
        var text = "# a volume known by name; flags of mount may follow \"options = \"\nmeta = " + escaped(metaUrl)
                + "\n" + (options.isBlank() ? "" : "options = " + escaped(options) + "\n");
        try {
            makePrivateDirectory();
            write(file(name), text);
        } catch (IOException | UncheckedIOException e) {
            throw new CommandFailure("cannot register the volume in " + file(name) + ": " + e.getMessage(), e);
        }
    }

    /// Forgets `name`, if it is registered for `metaUrl`.
    public void forget(String name, String metaUrl) throws CommandFailure {
        if (find(name).filter(known -> known.metaUrl().equals(metaUrl)).isEmpty()) {
            return;
        }
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            throw new CommandFailure("cannot remove the registered volume " + file(name) + ": " + e.getMessage(), e);
        }
    }

    private Path file(String name) {
        return directory.resolve(name + ".conf");
    }

    private void makePrivateDirectory() throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    private static void write(Path file, String text) throws IOException {
        var fresh = file.resolveSibling(
                "." + file.getFileName() + "." + ProcessHandle.current().pid());
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.deleteIfExists(fresh);
        try {
            Files.createFile(fresh, ownerOnly);
        } catch (FileAlreadyExistsException e) {
            throw new IOException("another process is writing " + fresh, e);
        }
        Files.writeString(fresh, text, StandardCharsets.UTF_8, StandardOpenOption.WRITE);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\");
    }
}
