package mountagent.tests.interop;

import java.nio.file.Path;
import mountagent.base.FsException;
import mountagent.meta.redis.RedisServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Two clients on one Redis server.
class RedisInteropTest extends InteropContract {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    @Override
    SharedVolume.Metadata metadata(Path folder) throws FsException {
        int database = SERVER.newDatabase();
        return new SharedVolume.Metadata(
                SERVER.engine(database), "redis://127.0.0.1:" + SERVER.port() + "/" + database);
    }
}
