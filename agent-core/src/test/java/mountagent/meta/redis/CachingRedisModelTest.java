package mountagent.meta.redis;

import java.util.List;
import mountagent.meta.MetaEngine;
import mountagent.model.MetaEpisodes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Random operations with a client-side cache, compared with an independent reference.
class CachingRedisModelTest {
    private static final String CACHE = "client-cache=true&client-cache-size=40";

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    @Test
    void oneClientSeesItsOwnChangesAtOnce() {
        MetaEpisodes.run("CachingRedisModelTest", 2_000, () -> {
            MetaEngine engine = SERVER.engine(SERVER.newDatabase(), CACHE);
            return List.of(engine, engine);
        });
    }

    @Test
    void twoClientsSeeEachOthersOnceTheyAreTold() {
        MetaEpisodes.run("CachingRedisModelTest", 2_000, () -> {
            int database = SERVER.newDatabase();
            return List.of(
                    new CaughtUpEngine(SERVER.engine(database, CACHE)),
                    new CaughtUpEngine(SERVER.engine(database, CACHE)));
        });
    }
}
