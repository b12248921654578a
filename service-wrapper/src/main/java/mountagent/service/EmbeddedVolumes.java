package mountagent.service;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import mountagent.service.FormatRequest.WhenFormatted;

/// The volumes of `mount --create`: metadata in SQLite and objects in a folder, both below one folder of the
/// user.
public final class EmbeddedVolumes {
    private final Environment environment;
    private final Places places;

    public EmbeddedVolumes(Environment environment) {
        this.environment = environment;
        this.places = Places.of(environment);
    }

    /// The metadata URL of the volume called `name`, which is made and registered when it is not there.
    public String openOrCreate(String name) throws CommandFailure {
        if (!VolumeRegistry.isName(name)) {
            throw new CommandFailure("volume name \"" + name
                    + "\" must have 3 to 63 of a-z, 0-9 and -, with a letter or digit at both ends");
        }
        var folder = places.data().resolve(name);
        var url = "sqlite3://" + folder.resolve("meta.db");
        var registered = new VolumeRegistry(places.registry()).find(name);
        if (registered.isPresent() && !registered.get().metaUrl().equals(url)) {
            throw new CommandFailure("--create " + name + ": a volume of that name is registered for "
                    + registered.get().metaUrl() + "; mount it without --create, or choose another name");
        }
        try {
            makePrivate(folder);
            format(folder, name, url);
        } catch (IOException e) {
            throw new CommandFailure("cannot make volume " + name + " in " + folder + ": " + Reasons.of(e), e);
        }
        return url;
    }

    // one process at a time: two that begin together make one volume
    private void format(Path folder, String name, String url) throws CommandFailure, IOException {
        var lockFile = folder.resolve("lock");
        try (var channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            assert lock.isValid() : lockFile;
            new VolumeFormatter(environment)
                    .format(new FormatRequest(
                            url,
                            name,
                            null,
                            folder.resolve("objects").toString(),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            WhenFormatted.LEAVE_ALONE));
        }
    }

    private static void makePrivate(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }
}
