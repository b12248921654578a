package mountagent.meta.redis;

import java.util.List;
import mountagent.model.MetaEpisodes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Random operations through two clients of one Redis database, compared with an independent reference.
class RedisModelTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    @Test
    void answersAsTheReferenceDoes() {
        MetaEpisodes.run("RedisModelTest", 2_000, () -> {
            int database = SERVER.newDatabase();
            return List.of(SERVER.engine(database), SERVER.engine(database));
        });
    }
}
