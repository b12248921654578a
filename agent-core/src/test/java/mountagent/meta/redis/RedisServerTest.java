package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.KillArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.meta.Item;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.ReadPlan;
import mountagent.meta.VolumeFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Servers that refuse, are full, are no good, or go away.
class RedisServerTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer("--user", "someone", "on", ">topsecret", "~*", "+@all");

    private static final Caller CALLER = Caller.AGENT;
    private static final RedisLimits HASTY = new RedisLimits(
            2, Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofMillis(300), 5);

    private static MetaStore volume(RedisEngine engine) throws FsException {
        MetaStore.format(engine, VolumeFormat.create("server", "00000000-0000-4000-8000-000000000000"), Clock.SYSTEM);
        return MetaStore.open(engine, MetaOptions.of(Clock.SYSTEM));
    }

    private static DentryKey at(String name) {
        return new DentryKey(1, FileName.of(name));
    }

    private static FsException failure(RedisUrl url) {
        return assertThrows(FsException.class, () -> RedisEngine.open(url, HASTY, Clock.SYSTEM, new Random(1)));
    }

    private static RedisUrl url(String text) throws FsException {
        return RedisUrl.parse(text, Map.of());
    }

    @Test
    void fullServerAnswersEnospcAndRecovers() throws FsException {
        int database = SERVER.newDatabase();
        RedisCommands<byte[], byte[]> commands = SERVER.commands(database);
        try (RedisEngine engine = RedisServer.engine(SERVER.port(), database, HASTY)) {
            MetaStore store = volume(engine);
            store.mknod(CALLER, at("draws ids"), NodeSpec.file(0644));
            commands.configSet("maxmemory", "1");
            FsException full = assertThrows(FsException.class, () -> store.mknod(CALLER, at("a"), NodeSpec.file(0644)));
            assertEquals(Errno.ENOSPC, full.errno(), full.getMessage());
            assertEquals(2, store.node(1).nlink());
            commands.configSet("maxmemory", "0");
            store.mknod(CALLER, at("a"), NodeSpec.file(0644));
        } finally {
            commands.configSet("maxmemory", "0");
        }
    }

    @Test
    void replicaAnswersErofs() throws FsException {
        int database = SERVER.newDatabase();
        RedisCommands<byte[], byte[]> commands = SERVER.commands(database);
        try (RedisEngine engine = RedisServer.engine(SERVER.port(), database, HASTY)) {
            MetaStore store = volume(engine);
            store.mknod(CALLER, at("draws ids"), NodeSpec.file(0644));
            commands.replicaof("127.0.0.1", 1);
            FsException refused =
                    assertThrows(FsException.class, () -> store.mknod(CALLER, at("a"), NodeSpec.file(0644)));
            assertEquals(Errno.EROFS, refused.errno(), refused.getMessage());
            assertEquals(2, store.node(1).nlink());
        } finally {
            commands.replicaofNoOne();
        }
    }

    @Test
    void brokenConnectionsAreReplaced() throws FsException {
        int database = SERVER.newDatabase();
        RedisCommands<byte[], byte[]> commands = SERVER.commands(database);
        try (RedisEngine engine = SERVER.engine(database)) {
            MetaStore store = volume(engine);
            commands.clientKill(KillArgs.Builder.typeNormal().skipme());
            assertEquals(2, store.node(1).nlink());
            commands.clientKill(KillArgs.Builder.typeNormal().skipme());
            store.mknod(CALLER, at("a"), NodeSpec.file(0644));
        }
    }

    @Test
    void silentServerIsGivenUp() throws FsException {
        int database = SERVER.newDatabase();
        Duration answer = Duration.ofMillis(1500);
        RedisLimits limits = new RedisLimits(2, Duration.ofSeconds(30), answer, answer, Duration.ofMillis(100), 5);
        ReadPlan plan = ReadPlan.of(new Item.NodeOf(1));
        try (RedisEngine engine = RedisServer.engine(SERVER.port(), database, limits)) {
            SERVER.commands(database).clientPause(4000);
            FsException silent = assertThrows(
                    FsException.class, () -> engine.read(plan, reader -> reader.get(new Item.NodeOf(1)) == null));
            assertEquals(Errno.EIO, silent.errno());
            assertTrue(silent.toString().contains("no success within"), silent.getMessage());
        }
    }

    @Test
    void nobodyThereIsToldAtOnce() throws FsException {
        FsException refused = failure(url("redis://127.0.0.1:1/3"));
        assertEquals(Errno.EIO, refused.errno());
        assertTrue(refused.toString().contains("redis://127.0.0.1:1/3"), refused.getMessage());
    }

    @Test
    void wrongPasswordIsToldWithoutShowingIt() throws FsException {
        FsException refused = failure(url("redis://someone:wrongsecret@127.0.0.1:" + SERVER.port()));
        assertTrue(refused.toString().contains("WRONGPASS"), refused.getMessage());
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            assertFalse(String.valueOf(cause).contains("wrongsecret"), cause.toString());
        }
    }

    @Test
    void rightPasswordIsTaken() throws FsException {
        RedisUrl url = url("redis://someone:topsecret@127.0.0.1:" + SERVER.port() + "/" + SERVER.newDatabase());
        try (RedisEngine engine = RedisEngine.open(url, HASTY, Clock.SYSTEM, new Random(1))) {
            assertEquals(2, volume(engine).node(1).nlink());
        }
    }

    @Test
    void evictionIsTurnedOff() throws FsException {
        int database = SERVER.newDatabase();
        RedisCommands<byte[], byte[]> commands = SERVER.commands(database);
        commands.configSet("maxmemory-policy", "allkeys-lru");
        try (RedisEngine engine = SERVER.engine(database)) {
            assertEquals(Map.of("maxmemory-policy", "noeviction"), commands.configGet("maxmemory-policy"));
            assertTrue(engine.describe().startsWith("redis://127.0.0.1:"));
        }
    }
}
