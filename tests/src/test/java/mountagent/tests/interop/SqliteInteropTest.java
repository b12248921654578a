package mountagent.tests.interop;

import java.nio.file.Path;
import mountagent.base.FsException;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqliteLocation;

/// Two clients on one SQLite file.
class SqliteInteropTest extends InteropContract {
    @Override
    SharedVolume.Metadata metadata(Path folder) throws FsException {
        var file = folder.resolve("meta.db");
        var engine = SqlEngine.open(SqliteLocation.of(file), SqlOptions.of(SqlOptions.Access.CREATE));
        engine.prepare();
        return new SharedVolume.Metadata(engine, "sqlite3://" + file + "?_journal=WAL&_timeout=5000");
    }
}
