package mountagent.meta.redis;

import mountagent.base.FsException;
import mountagent.meta.MetaEngine;
import mountagent.meta.TreesContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Operations on trees over Redis.
class TreesOnRedisTest extends TreesContract {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    @Override
    protected MetaEngine newEngine() {
        try {
            return SERVER.engine(SERVER.newDatabase());
        } catch (FsException e) {
            throw new AssertionError("the server cannot be reached", e);
        }
    }
}
