package mountagent.meta.redis;

import mountagent.base.FsException;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaEngineContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Redis obeys the clauses of all engines. A slice with one reference leaves no record there.
class RedisEngineContractTest extends MetaEngineContract {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private final int database = SERVER.newDatabase();

    @Override
    protected MetaEngine open() throws FsException {
        return SERVER.engine(database);
    }

    @Override
    protected long refsOfUnknownSlice() {
        return 1;
    }

    @Override
    protected boolean listsSlicesWithOneReference() {
        return false;
    }
}
