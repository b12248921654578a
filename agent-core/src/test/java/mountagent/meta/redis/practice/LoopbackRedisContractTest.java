package mountagent.meta.redis.practice;

import java.io.IOException;
import java.util.Random;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaEngineContract;
import mountagent.meta.redis.RedisEngine;
import mountagent.meta.redis.RedisServer;
import org.junit.jupiter.api.AfterEach;

/// What holds over a real server holds over the one for the warm-up.
class LoopbackRedisContractTest extends MetaEngineContract {
    private final LoopbackRedis server;

    LoopbackRedisContractTest() throws IOException {
        server = LoopbackRedis.open();
    }

    @AfterEach
    void closeServer() {
        server.close();
    }

    @Override
    protected MetaEngine open() throws FsException, IOException {
        return RedisEngine.open(server.url(), RedisServer.PATIENT, Clock.SYSTEM, new Random(1));
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
