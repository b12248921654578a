package mountagent.meta.sql;

import java.nio.file.Path;
import mountagent.base.FsException;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaEngineContract;
import org.junit.jupiter.api.io.TempDir;

class SqlEngineContractTest extends MetaEngineContract {
    @TempDir
    private Path folder;

    @Override
    protected MetaEngine open() throws FsException {
        return SqlEngine.open(SqliteLocation.of(folder.resolve("meta.db")), SqlOptions.of(SqlOptions.Access.CREATE));
    }
}
