package mountagent.meta.redis;

import mountagent.base.FsException;
import mountagent.meta.MetaEngine;

/// Operations on trees over Redis with a client-side cache.
class CachingTreesOnRedisTest extends TreesOnRedisTest {
    @Override
    protected MetaEngine newEngine() {
        try {
            return SERVER.engine(SERVER.newDatabase(), "client-cache=true");
        } catch (FsException e) {
            throw new AssertionError("the server cannot be reached", e);
        }
    }
}
