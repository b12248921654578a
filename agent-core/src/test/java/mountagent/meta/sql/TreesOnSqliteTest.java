package mountagent.meta.sql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mountagent.base.FsException;
import mountagent.meta.MetaEngine;
import mountagent.meta.TreesContract;
import org.junit.jupiter.api.io.TempDir;

/// Operations on trees over SQLite.
class TreesOnSqliteTest extends TreesContract {
    @TempDir
    static Path folder;

    @Override
    protected MetaEngine newEngine() {
        try {
            Path file = Files.createTempDirectory(folder, "volume").resolve("meta.db");
            return SqlEngine.open(SqliteLocation.of(file), SqlOptions.of(SqlOptions.Access.CREATE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (FsException e) {
            throw new AssertionError("the database cannot be made", e);
        }
    }
}
