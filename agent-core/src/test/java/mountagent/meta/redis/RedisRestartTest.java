package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.IdKind;
import mountagent.meta.IdRange;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A server that is stopped and started again under a client.
@Timeout(300)
class RedisRestartTest {
    private static final RedisLimits HASTY = new RedisLimits(
            8, Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofMillis(300), 5);

    private static RedisProcess keeping() throws Exception {
        return RedisProcess.start("--appendonly", "yes", "--appendfsync", "always", "--save", "86400 1");
    }

    private static RedisEngine engine(RedisProcess server, RedisLimits limits) throws FsException {
        return RedisServer.engine("redis://127.0.0.1:" + server.port() + "/0", limits);
    }

    @Test
    void aClientGoesOnWhenTheServerIsBack() throws Exception {
        try (RedisProcess server = keeping();
                RedisVolume volume = RedisVolume.create(engine(server, RedisServer.PATIENT));
                RedisVolume.Load load = volume.new Load("f").begin()) {
            for (int round = 0; round < 3; round++) {
                load.awaitSteps(30);
                if (round == 1) {
                    server.kill();
                } else {
                    server.stop();
                }
                server.startAgain();
            }
            load.awaitSteps(30);
            load.end();
            load.endWith(volume.names());
        }
    }

    @Test
    void aServerThatStaysAwayIsToldWithinTheLimit() throws Exception {
        try (RedisProcess server = keeping()) {
            RedisVolume volume = RedisVolume.create(engine(server, HASTY));
            volume.file("a");
            server.stop();
            FsException away = assertThrows(FsException.class, () -> volume.file("b"));
            assertEquals(Errno.EIO, away.errno());
            assertTrue(away.toString().contains("no success within"), away.toString());
            assertTrue(away.toString().contains("127.0.0.1:" + server.port()), away.toString());
            server.startAgain();
            volume.file("c");
            assertEquals(Set.of("a", "c"), volume.names());
            volume.close();
        }
    }

    @Test
    void aListingIsNotGoneOnWithOnAServerThatWasStartedAgain() throws Exception {
        try (RedisProcess server = keeping();
                RedisEngine engine = engine(server, RedisServer.PATIENT)) {
            RedisVolume volume = RedisVolume.create(engine);
            for (int i = 0; i < 300; i++) {
                volume.file("f" + i);
            }
            Page<Scan.PlacedNode> first = engine.scan(new Scan.Nodes(), Cursor.START, 10);
            server.stop();
            server.startAgain();
            Cursor next = first.next();
            FsException refused = assertThrows(FsException.class, () -> engine.scan(new Scan.Nodes(), next, 10));
            assertTrue(refused.toString().contains("begin again"), refused.toString());
        }
    }

    /// The server comes back with yesterday's data, as after a crash without an append-only file.
    @Test
    void idsThatTheServerForgotAreNotHandedOutAgain() throws Exception {
        try (RedisProcess server = RedisProcess.start("--save", "86400 1");
                RedisEngine mine = engine(server, RedisServer.PATIENT);
                RedisEngine theirs = engine(server, RedisServer.PATIENT)) {
            Set<Long> drawn = new HashSet<>();
            add(drawn, mine.allocate(IdKind.SLICE, 100));
            server.commands(0).save();
            Path saved = server.folder().resolve("dump.rdb");
            Path old = Files.copy(saved, server.folder().resolve("old.rdb"));
            add(drawn, mine.allocate(IdKind.SLICE, 100));
            server.kill();
            Files.copy(old, saved, StandardCopyOption.REPLACE_EXISTING);
            server.startAgain();
            add(drawn, mine.allocate(IdKind.SLICE, 100));
            add(drawn, theirs.allocate(IdKind.SLICE, 100));
        }
    }

    private static void add(Set<Long> drawn, IdRange range) {
        for (long id = range.first(); id < range.first() + range.count(); id++) {
            assertTrue(drawn.add(id), "slice id " + id + " was handed out twice");
        }
    }
}
