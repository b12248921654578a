package mountagent.meta.sql;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import mountagent.meta.MetaEngine;
import mountagent.model.MetaEpisodes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random operations on the metadata over SQLite, compared with an independent reference. The two clients of the model
/// have an engine each on one file, as two processes would.
class MetaStoreOnSqliteModelTest {
    @TempDir
    private Path folder;

    @Test
    void answersAsTheReferenceDoes() {
        AtomicInteger volumes = new AtomicInteger();
        MetaEpisodes.run("MetaStoreOnSqliteModelTest", 100_000, () -> {
            SqliteLocation location = SqliteLocation.of(folder.resolve(volumes.incrementAndGet() + ".db"));
            MetaEngine first = SqlEngine.open(location, SqlOptions.of(SqlOptions.Access.CREATE));
            first.prepare();
            MetaEngine second = SqlEngine.open(location, SqlOptions.of(SqlOptions.Access.READ_WRITE));
            return List.of(first, second);
        });
    }
}
