package mountagent.meta.redis.practice;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.meta.MetaEngine;
import mountagent.meta.redis.RedisEngine;
import mountagent.meta.redis.RedisServer;
import mountagent.model.MetaEpisodes;
import org.junit.jupiter.api.Test;

/// Random operations through two clients of the server for the warm-up, compared with an independent reference.
class LoopbackRedisModelTest {
    private static MetaEngine engine(LoopbackRedis server) throws FsException, IOException {
        return RedisEngine.open(server.url(), RedisServer.PATIENT, Clock.SYSTEM, new Random(1));
    }

    @Test
    void answersAsTheReferenceDoes() throws Exception {
        try (LoopbackRedis server = LoopbackRedis.open()) {
            MetaEpisodes.run("LoopbackRedisModelTest", 2_000, () -> {
                try {
                    MetaEngine first = engine(server);
                    first.erase();
                    return List.of(first, engine(server));
                } catch (IOException e) {
                    throw new AssertionError("the server has no address", e);
                }
            });
        }
    }
}
