package mountagent.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.HookedEngine;
import mountagent.meta.redis.RedisProcess;
import mountagent.meta.redis.RedisServer;

/// The metadata of a golden volume on Redis: a server of its own over the volume's folder, which is saved there and
/// ended when the engine is closed.
final class GoldenRedis extends HookedEngine {
    private static final int DATABASE = 1;

    private final RedisProcess server;

    private GoldenRedis(RedisProcess server) throws FsException {
        super(RedisServer.engine(server.port(), DATABASE, RedisServer.PATIENT));
        this.server = server;
    }

    static GoldenRedis open(Path folder) throws FsException {
        try {
            return new GoldenRedis(RedisProcess.startIn(folder, "--save", "86400 1"));
        } catch (IOException e) {
            throw new FsException(Errno.EIO, "the server of the volume in " + folder + " does not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while the server of a volume started", e);
        }
    }

    @Override
    public void close() {
        super.close();
        try (server) {
            server.stop();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
