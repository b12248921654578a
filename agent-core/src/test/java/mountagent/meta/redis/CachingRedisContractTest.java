package mountagent.meta.redis;

import mountagent.base.FsException;
import mountagent.meta.MetaEngine;

/// With a client-side cache Redis obeys the clauses of all engines too: own changes are seen at once.
class CachingRedisContractTest extends RedisEngineContractTest {
    private final int database = SERVER.newDatabase();

    @Override
    protected MetaEngine open() throws FsException {
        return SERVER.engine(database, "client-cache=true");
    }
}
