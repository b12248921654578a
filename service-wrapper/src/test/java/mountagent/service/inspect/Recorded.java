package mountagent.service.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// Texts recorded from the official client 1.4.1: the files of a mount, and what its own tools made of them.
final class Recorded {
    private Recorded() {}

    static String text(String name) {
        try (var stream = Objects.requireNonNull(Recorded.class.getResourceAsStream(name), name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same as a file in `folder`.
    static Path file(String name, Path folder) throws IOException {
        return Files.writeString(folder.resolve(name), text(name));
    }
}
