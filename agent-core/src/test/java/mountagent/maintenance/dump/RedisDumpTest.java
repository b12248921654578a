package mountagent.maintenance.dump;

import static mountagent.maintenance.dump.Dumps.assertSame;
import static mountagent.maintenance.dump.Dumps.dump;
import static mountagent.maintenance.dump.Dumps.load;
import static mountagent.maintenance.dump.Dumps.withoutCounters;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.golden.GoldenMount;
import mountagent.golden.GoldenVolume;
import mountagent.meta.MetaEngine;
import mountagent.meta.redis.RedisServer;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqliteLocation;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// A volume goes from SQLite to Redis and back by dumps, and is the same at each end.
class RedisDumpTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    /// Shortly after the volume was made.
    private static final Timestamp TIME = new Timestamp(1_795_263_600, 0);

    @TempDir
    private Path folder;

    @Test
    void aVolumeGoesToRedisAndBack() throws Exception {
        GoldenVolume golden = GoldenVolume.unpack("sqlite-features", folder);
        String original = Files.readString(golden.folder().resolve("dump.json"));
        int database = SERVER.newDatabase();
        String fromRedis;
        try (MetaEngine redis = SERVER.engine(database)) {
            load(redis, original);
            fromRedis = dump(redis, DumpOptions.whole().withThreadsMax(4));
            assertSame(withoutCounters(original), withoutCounters(fromRedis));
        }
        TestVolume.open(SERVER.engine(database), GoldenMount.objects(golden), new SettableClock(TIME))
                .closeWith(Set.of());
        MetaEngine back =
                SqlEngine.open(SqliteLocation.of(folder.resolve("back.db")), SqlOptions.of(SqlOptions.Access.CREATE));
        load(back, fromRedis);
        assertSame(withoutCounters(original), withoutCounters(dump(back, DumpOptions.whole())));
        TestVolume.open(back, GoldenMount.objects(golden), new SettableClock(TIME))
                .closeWith(Set.of());
    }
}
