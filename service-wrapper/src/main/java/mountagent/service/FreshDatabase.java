package mountagent.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A database that a command is about to make: one that was not there before goes again unless the command succeeds.
/// Used by one thread.
final class FreshDatabase {
    private static final Logger log = LoggerFactory.getLogger(FreshDatabase.class);

    private final @Nullable Path file;
    private boolean isKept;

    private FreshDatabase(@Nullable Path file) {
        this.file = file;
    }

    /// Looks whether there is a database at `url`.
    static FreshDatabase at(MetaUrl url) {
        return switch (url) {
            case MetaUrl.Sqlite sqlite -> {
                var path = sqlite.location().file();
                yield new FreshDatabase(Files.exists(path) ? null : path);
            }
        };
    }

    /// Says that the database is to stay.
    void keep() {
        isKept = true;
    }

    /// Removes the files of a database that was not there before, when it has been closed.
    void removeUnlessKept() {
        var made = file;
        if (isKept || made == null) {
            return;
        }
        for (var suffix : List.of("-wal", "-shm", "")) {
            try {
                Files.deleteIfExists(made.resolveSibling(made.getFileName() + suffix));
            } catch (IOException e) {
                log.warn("{}{} is left behind: {}", made, suffix, Reasons.of(e));
            }
        }
    }
}
