package mountagent.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mountagent.base.FsException;
import mountagent.meta.redis.RedisEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A database that a command is about to make: one that was not there before goes again unless the command succeeds.
/// Used by one thread.
final class FreshDatabase {
    private static final Logger log = LoggerFactory.getLogger(FreshDatabase.class);

    private final Removal removal;
    private boolean isKept;

    private interface Removal {
        void run() throws CommandFailure, FsException;
    }

    private FreshDatabase(Removal removal) {
        this.removal = removal;
    }

    /// For a command that makes a volume at once or not at all: looks whether there is a file at `url`. A server is
    /// left
    /// as it is, whatever becomes of the command.
    static FreshDatabase fileAt(MetaUrl url) {
        return switch (url) {
            case MetaUrl.Sqlite sqlite -> {
                var path = sqlite.location().file();
                yield new FreshDatabase(Files.exists(path) ? () -> {} : () -> removeFiles(path));
            }
            case MetaUrl.Redis _ -> new FreshDatabase(() -> {});
        };
    }

    /// For a command that makes a volume bit by bit: the same, and a server's database must be empty, and is emptied
    /// again.
    static FreshDatabase at(MetaUrl url) throws CommandFailure {
        return switch (url) {
            case MetaUrl.Sqlite sqlite -> fileAt(sqlite);
            case MetaUrl.Redis redis -> {
                checkEmpty(redis);
                yield new FreshDatabase(() -> erase(redis));
            }
        };
    }

    /// Refuses a database that holds anything: it would have to be emptied should the command fail.
    private static void checkEmpty(MetaUrl.Redis url) throws CommandFailure {
        try (var engine = RedisVolumes.open(url, RedisEngine.Access.READ_WRITE)) {
            if (!engine.isEmpty()) {
                var name = RedisVolumes.volumeIn(engine);
                throw new CommandFailure(url.shown()
                        + (name.isEmpty() ? " holds keys already" : " is used by volume '" + name + "'")
                        + ": load into an empty database");
            }
        } catch (FsException e) {
            throw new CommandFailure(url.shown() + ": " + e.getMessage(), e);
        }
    }

    private static void erase(MetaUrl.Redis url) throws CommandFailure, FsException {
        try (var engine = RedisVolumes.open(url, RedisEngine.Access.READ_WRITE)) {
            engine.erase();
        }
    }

    /// Says that the database is to stay.
    void keep() {
        isKept = true;
    }

    /// Removes a database that was not there before, when it has been closed.
    void removeUnlessKept() {
        if (isKept) {
            return;
        }
        try {
            removal.run();
        } catch (CommandFailure | FsException e) {
            log.warn("what was made is left behind: {}", e.getMessage());
        }
    }

    private static void removeFiles(Path made) {
        for (var suffix : List.of("-wal", "-shm", "")) {
            try {
                Files.deleteIfExists(made.resolveSibling(made.getFileName() + suffix));
            } catch (IOException e) {
                log.warn("{}{} is left behind: {}", made, suffix, Reasons.of(e));
            }
        }
    }
}
